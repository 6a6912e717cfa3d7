import type { AnyRequest } from '../../types/plugin.ts';
import type { Failover } from '../failover/failover.ts';
import type { RequestState } from '../request.ts';
import type { Operation } from './operation.ts';

/** An operation, and how it is carried out. */
export interface RunnableOperation<Request extends AnyRequest = AnyRequest, Result = unknown>
  extends Operation<Request> {
  /** Goes through the targets until one answers. */
  run(request: RequestState<Request>, failover: Failover): Promise<Result>;
}

/** Requests hold their operation without a way to carry it out, which would have to know of requests. */
export function isRunnable(operation: Operation): operation is RunnableOperation {
  return 'run' in operation;
}
