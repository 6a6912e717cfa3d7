import type { RequestEndEvent } from '../../types/event.ts';
import type { Decision, LookupSummary } from '../../types/result/decision.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import type { Cost, Usage } from '../../types/result/usage.ts';
import type { Spent } from '../shared/charge.ts';

/** What a row was paid for: as `Spent`, or `cached`: no attempt at all, a plugin's `lookup` had the answer. */
export type Charge = Spent | 'cached';

/** One attempt of a request as the ledger records it. */
export interface AttemptRecord extends AttemptSummary {
  readonly provider: string;
  readonly model: string;
  /** Milliseconds from the start of the request to the start of the attempt. */
  readonly started: number;
}

/**
 * A request as the ledger records it: the fields of a `request-end` event, so that `signalbox simulate` reads a JSONL ledger as a log.
 */
export interface RequestRecord {
  readonly type: 'request-end';
  readonly requestId: string;
  /** When the call was made, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly kind: RequestEndEvent['kind'];
  readonly outcome: RequestEndEvent['outcome'];
  /** Omitted if the request ended before its route was selected. */
  readonly route?: string;
  readonly target?: string;
  readonly attempts: readonly AttemptRecord[];
  readonly usage?: Usage;
  readonly cost?: Cost;
  readonly wastedCost: number;
  readonly duration: number;
  readonly firstToken?: number;
  /** The code of the error that the caller received. */
  readonly error?: string;
  readonly decision?: RecordedDecision;
  readonly lookup?: LookupSummary;
  readonly mirror?: true;
  readonly tenant?: string;
  readonly user?: string;
  readonly tags?: readonly string[];
  /** A hash of the call's session. */
  readonly session?: string;
  /** The keys of the call's metadata that the option `metadata` names. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Hash of the prompt and the answer, and with `content: 'redacted' | 'full'` their text. */
  readonly content?: RecordedContent;
}

/** The part of a decision that explains which targets were considered. */
export interface RecordedDecision extends Pick<Decision, 'route' | 'strategy' | 'selected' | 'notes'> {
  readonly candidates: readonly { readonly target: string }[];
  readonly skipped: readonly { readonly target: string; readonly reason: string }[];
}

export interface RecordedContent {
  /** SHA-256 of the prompt, and of the answer, in hexadecimal. */
  readonly promptHash: string;
  readonly answerHash?: string;
  readonly prompt?: string;
  readonly answer?: string;
}

/** Something a person or a program changed: a key, a limit, the configuration. Or, with `audit: true`, who made which request. */
export interface AuditRecord {
  readonly type: 'audit';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Who did it. */
  readonly actor: string;
  /** What was done, such as `key.create`, `limit.change`, `config.change`, `request`. */
  readonly action: string;
  /** What it was done to, such as the public part of a key. */
  readonly subject?: string;
  /** SHA-256 of the state before, as JSON with sorted keys. */
  readonly before?: string;
  /** SHA-256 of the state after, as JSON with sorted keys. */
  readonly after?: string;
  /** More, without secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export type LedgerRecord = RequestRecord | AuditRecord;
