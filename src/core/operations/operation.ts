import type { AnyRequest } from '../../types/plugin.ts';
import type { Schema } from '../../types/request/schema.ts';
import type { Route } from '../routes.ts';
import type { Target, Workload } from '../targets/target.ts';
import type { Requirements } from './requirements.ts';

export type OperationKind = 'chat' | 'stream' | 'embed' | 'image';

/**
 * What is particular to one way of asking: one file for each. The rest of the core treats all of them alike and never looks at
 * `kind`, which is for events. How an operation is carried out is in `RunnableOperation`.
 */
export interface Operation<Request extends AnyRequest = AnyRequest> {
  readonly kind: OperationKind;
  readonly workload: Workload;
  /**
   * Among which latencies its attempts count; `undefined` where they are no measure, because they take as long as the request is
   * large. Then its target's silence says nothing either, and the length of its answers is not learned.
   */
  readonly measuredAs: 'stream' | 'chat' | undefined;
  /** Whether a request may be sent to two targets at a time. */
  readonly hedgeable: boolean;
  /** Whether the router's `select` chooses its route. */
  readonly selectable: boolean;
  /** Whether its answer comes in parts, and the request is over when the reader is done. */
  readonly streamed: boolean;
  /** Checks what the caller gave and brings it into one form. Throws `RequestError`. */
  check(input: object): Checked<Request>;
  requirements(request: Request): Requirements;
  /** An estimate. */
  inputTokens(request: Request): number;
  /** What a target lacks for this operation at all, in words; the request's own requirements are checked by the router. */
  missing(target: Target, needs: Requirements, request: Request): string | undefined;
  /** Output tokens that a target's answer is expected to have. */
  outputTokens(target: Target, request: Expected, now: number): number;
  /** In how many calls a target answers. */
  calls(target: Target, needs: Requirements): number;
}

/** A request, as far as the length of its answer depends on it. */
interface Expected {
  readonly route: Route;
  readonly needs: Requirements;
}

/** A request that has been checked. */
export interface Checked<Request> {
  readonly request: Request;
  /** As the caller gave it, to check the answer by. */
  readonly schema: Schema | undefined;
}
