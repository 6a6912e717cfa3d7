import type { InputEstimate } from '../../pricing/estimate.ts';
import type { AnyRequest } from '../../types/plugin.ts';
import type { Schema } from '../../types/request/schema.ts';
import type { Parts } from '../../util/lazy.ts';
import type { Route } from '../routes.ts';
import type { Target, Workload } from '../targets/target.ts';
import type { FullCheck } from './check/full-check.ts';
import type { Requirements } from './requirements.ts';

export type OperationKind = 'chat' | 'stream' | 'embed' | 'image';

/**
 * What differs between operations; each has its own file. The rest of the core treats them alike and never reads `kind`, which is
 * for events. `RunnableOperation` adds how an operation runs.
 */
export interface Operation<Request extends AnyRequest = AnyRequest> {
  readonly kind: OperationKind;
  readonly workload: Workload;
  /**
   * The latency statistics its attempts count in; `undefined` if duration depends on the size of the request. Then failure
   * detection ignores slow attempts too, and output lengths are not learned.
   */
  readonly measuredAs: 'stream' | 'chat' | undefined;
  /** Whether a request may be sent to two targets at once. */
  readonly hedgeable: boolean;
  /** Whether the router's `select` chooses its route. */
  readonly selectable: boolean;
  /** Whether the answer arrives in parts, so that the request ends when its reader is done. */
  readonly streamed: boolean;
  /**
   * Checks and normalizes the caller's request. `undefined` where only the full check can, and it is not loaded.
   *
   * @throws RequestError naming the wrong field
   */
  check(input: object, full: FullCheck | undefined): Checked<Request> | undefined;
  requirements(request: Request, parts: Parts): Requirements;
  /** Estimated. */
  inputTokens(request: Request, counter: InputEstimate): number;
  /** Why a target cannot do this operation at all, in words; the router checks the request's own requirements. */
  missing(target: Target, needs: Requirements, request: Request): string | undefined;
  /** Expected output tokens of a target's answer. */
  outputTokens(target: Target, request: Expected, now: number): number;
  /** The number of provider calls that one answer takes. */
  calls(target: Target, needs: Requirements): number;
}

/** The fields of a request that determine the length of its answer. */
interface Expected {
  readonly route: Route;
  readonly needs: Requirements;
}

/** A checked request. */
export interface Checked<Request> {
  readonly request: Request;
  /** The caller's schema, which validates the answer. */
  readonly schema: Schema | undefined;
}
