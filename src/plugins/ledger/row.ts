import type { AttemptSummary } from '../../types/result/result.ts';
import type { Cost, Usage } from '../../types/result/usage.ts';
import type { Charge, RecordedDecision } from './types.ts';

/** One row: an attempt, or a request without one, which a plugin answered or which failed before. */
export interface LedgerRow {
  /** The chain of the process that wrote the row. */
  readonly chain: string;
  /** Its place in the chain, from 1. */
  readonly seq: number;
  /** When the request was made, in milliseconds since 1970. */
  readonly at: number;
  /** Id of the request, as in events. */
  readonly requestId: string;
  /** The method of the router: `chat`, `stream`, `embed` or `image`. */
  readonly operation: string;
  /** How the request ended. `aborted`: the caller left before the end. */
  readonly requestOutcome: 'success' | 'failed' | 'aborted';
  /** Whether the row represents its request: the answer, or otherwise the last attempt. One row of each request has it. */
  readonly main: boolean;
  /** Whether the request was answered after an attempt had failed. */
  readonly failover: boolean;
  /** Which row of the request it is, from 1. */
  readonly row: number;
  /** How many attempts the request made; 0 if it made none. */
  readonly attempts: number;
  /** The purpose of its cost. */
  readonly charge: Charge;
  /** How the attempt ended; `null` for a row without an attempt. */
  readonly outcome: AttemptSummary['outcome'] | null;
  /** Whether the vendor charges for it. `unknown`: it was cut off. */
  readonly billed: AttemptSummary['billed'];
  /** Whether it was started beside another attempt that was slow or in doubt. */
  readonly hedge: boolean;
  /** Whether it is a mirrored copy, whose answer is discarded. */
  readonly mirror: boolean;
  /** Name of the route; `null` if the request ended before it was selected. */
  readonly route: string | null;
  /** Id of the target; `null` for a row without an attempt. */
  readonly target: string | null;
  /** Name of the provider; `null` for a row without an attempt. */
  readonly provider: string | null;
  /** The model that was asked; `null` for a row without an attempt. */
  readonly model: string | null;
  /** Index of the key in the provider's `keys`; `null` if there is only one. */
  readonly key: number | null;
  /** Tenant from the call options. */
  readonly tenant: string | null;
  /** User from the call options. */
  readonly user: string | null;
  /** A hash of the call's session. */
  readonly session: string | null;
  /** Tags from the call options; empty if the call set none. */
  readonly tags: readonly string[];
  /** The vendor's id of the answer; `null` if it reported none. */
  readonly responseId: string | null;
  /** The model that answered, as the vendor names it; `null` if it did not say. */
  readonly responseModel: string | null;
  /** The service tier that the vendor reported, such as `flex`. */
  readonly serviceTier: string | null;
  /** The region, if it has its own price. */
  readonly region: string | null;
  /** Tokens of the attempt; without fields if nothing is billed or the vendor reported none. */
  readonly usage: Usage;
  /** In US$; `null` if nothing is billed or the price is unknown. */
  readonly cost: Cost | null;
  /** US$ that a cached answer saved. */
  readonly saved: number;
  /** How a plugin answered: `hit`, `stale`, `coalesced` or `partial`; `null` if none did. */
  readonly lookup: string | null;
  /** Milliseconds from the start of the request to the start of the attempt. */
  readonly started: number;
  /** Milliseconds that the attempt took; for a row without an attempt, the request. */
  readonly duration: number;
  /** Milliseconds to the attempt's first token; `null` if it was not a stream or had none. */
  readonly firstToken: number | null;
  /** Milliseconds from the call to the end of the request. */
  readonly requestDuration: number;
  /** Milliseconds from the call to the first token; `null` if it was not a stream or had none. */
  readonly requestFirstToken: number | null;
  /** Why the attempt failed, such as `rate-limit`; `null` if it did not. */
  readonly errorKind: string | null;
  /** HTTP status of the failure; `null` without a response. */
  readonly errorStatus: number | null;
  /** The vendor's code of the failure; `null` if it sent none. */
  readonly errorCode: string | null;
  /** Code of the error that the caller got, such as `all-targets-failed`; `null` if it got none. */
  readonly requestError: string | null;
  /** Which targets were considered and why; `null` if the request ended before routing. */
  readonly decision: RecordedDecision | null;
  /** The call's metadata, as far as the option `metadata` names its keys. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** SHA-256 of the prompt, in hexadecimal; `null` with `content: 'none'`. */
  readonly promptHash: string | null;
  /** SHA-256 of the answer, in hexadecimal; `null` without an answer or with `content: 'none'`. */
  readonly answerHash: string | null;
  /**
   * The result of the vendor's prompt cache for the answer, as observed by `cache({ promptCache: 'auto' })`: `hit`, or why
   * nothing was read from it, such as `first-use` or `expired`; `null` if unknown.
   */
  readonly promptCache: string | null;
  /** US$ that reads from it saved, minus the surcharge of writes; `null` if unknown. */
  readonly promptCacheSaved: number | null;
}
