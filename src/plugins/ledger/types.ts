import type { RequestEndEvent } from '../../types/event.ts';
import type { Decision, LookupSummary } from '../../types/result/decision.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import type { Cost, Usage } from '../../types/result/usage.ts';
import type { Spent } from '../shared/charge.ts';

/** The purpose of a row's cost: as `Spent`, or `cached` if there was no attempt because a plugin's `lookup` answered. */
export type Charge = Spent | 'cached';

/** The ledger's record of one attempt. */
export interface AttemptRecord extends AttemptSummary {
  /** Name of the provider. */
  readonly provider: string;
  /** The model that was asked. */
  readonly model: string;
  /** Milliseconds from the start of the request to the start of the attempt. */
  readonly started: number;
}

/**
 * The ledger's record of a request: the fields of a `request-end` event, so that `signalbox simulate` reads a JSONL ledger as a
 * log.
 */
export interface RequestRecord {
  readonly type: 'request-end';
  /** Id of the request, as in events. */
  readonly requestId: string;
  /** When the call was made, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The method of the router that was called. */
  readonly kind: RequestEndEvent['kind'];
  /** How the request ended. `aborted`: the caller left before the end. */
  readonly outcome: RequestEndEvent['outcome'];
  /** Omitted if the request ended before its route was selected. */
  readonly route?: string;
  /** The target that answered. */
  readonly target?: string;
  /** All attempts in the order they ended; empty if there was none. */
  readonly attempts: readonly AttemptRecord[];
  /** Usage of the answer. */
  readonly usage?: Usage;
  /** Cost of the answer, if the price is known. */
  readonly cost?: Cost;
  /** Known cost in US$ of attempts that did not become the answer. */
  readonly wastedCost: number;
  /** Milliseconds from the call to its end. */
  readonly duration: number;
  /** Milliseconds from the call to its first token. Streams only. */
  readonly firstToken?: number;
  /** The code of the error that the caller received. */
  readonly error?: string;
  /** Which targets were considered and why. Omitted if the request ended before routing. */
  readonly decision?: RecordedDecision;
  /** Set if a plugin's `lookup` answered. */
  readonly lookup?: LookupSummary;
  /** Set for a mirrored copy. */
  readonly mirror?: true;
  /** Tenant from the call options. */
  readonly tenant?: string;
  /** User from the call options. */
  readonly user?: string;
  /** Tags from the call options. */
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
  /** The targets that could have answered, the best first. */
  readonly candidates: readonly {
    /** Id of the target. */
    readonly target: string;
  }[];
  /** The skipped targets. */
  readonly skipped: readonly {
    /** Id of the target. */
    readonly target: string;
    /** The reason, such as `cooling-down`. */
    readonly reason: string;
  }[];
}

/** Prompt and answer of a request, as far as the option `content` keeps them. */
export interface RecordedContent {
  /** SHA-256 of the prompt, in hexadecimal. */
  readonly promptHash: string;
  /** SHA-256 of the answer, in hexadecimal. Omitted if there was none. */
  readonly answerHash?: string;
  /** Text of the prompt. Omitted with `content: 'hash'`, and after its retention. */
  readonly prompt?: string;
  /** Text of the answer. Omitted with `content: 'hash'`, without an answer, and after its retention. */
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

/** A record of a ledger: a request with its attempts, or an audit entry. */
export type LedgerRecord = RequestRecord | AuditRecord;
