import type { AnyRequest, LookupHit } from '../../types/plugin.ts';
import type { Failover } from '../failover/failover.ts';
import type { RequestState } from '../request.ts';
import type { Operation } from './operation.ts';

/** An operation with the functions that run it. */
export interface RunnableOperation<Request extends AnyRequest = AnyRequest, Result = unknown>
  extends Operation<Request> {
  /** Tries targets until one answers. */
  run(request: RequestState<Request>, failover: Failover): Promise<Result>;
  /** Makes a plugin's lookup hit the result; `undefined` if it turns out to be a miss. */
  replay(request: RequestState<Request>, hit: LookupHit): Promise<Result | undefined>;
}

/** A separate type, because requests hold an `Operation`, and running one needs the type of requests. */
export function isRunnable(operation: Operation): operation is RunnableOperation {
  return 'run' in operation;
}
