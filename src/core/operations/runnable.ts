import type { AnyRequest, LookupHit } from '../../types/plugin.ts';
import type { Failover } from '../failover/failover.ts';
import type { RequestState } from '../request.ts';
import type { Operation } from './operation.ts';

/** An operation, and how it is carried out. */
export interface RunnableOperation<Request extends AnyRequest = AnyRequest, Result = unknown>
  extends Operation<Request> {
  /** Goes through the targets until one answers. */
  run(request: RequestState<Request>, failover: Failover): Promise<Result>;
  /** Makes an answer that a plugin has found the result; `undefined` where it is none after all. */
  replay(request: RequestState<Request>, hit: LookupHit): Promise<Result | undefined>;
}

/** Requests hold their operation without a way to carry it out, which would have to know of requests. */
export function isRunnable(operation: Operation): operation is RunnableOperation {
  return 'run' in operation;
}
