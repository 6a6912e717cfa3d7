import type { AnyRequest } from '../../types/plugin.ts';
import { unrouted } from '../life-cycle.ts';
import type { RunnableOperation } from '../operations/runnable.ts';
import type { RequestState } from '../request.ts';
import type { Found, Lookup } from '../stations/lookup.ts';

/** Station 3: lets plugins answer. If what they found is not usable, the request goes to targets. */
export async function lookUp<Request extends AnyRequest, Result>(
  lookup: Lookup,
  request: RequestState<Request>,
  operation: RunnableOperation<Request, Result>,
): Promise<Result | undefined> {
  const looking = lookup(request.context);
  const found = looking instanceof Promise ? await looking : looking;
  if (request.signal.aborted) throw request.signal.reason;
  if (found === undefined) return undefined;
  note(request, found);
  const result = await operation.replay(request, found.hit);
  if (result === undefined) {
    request.lookup = undefined;
    request.decision = undefined;
  }
  return result;
}

/** Records that a plugin answered, so no target was chosen. */
function note(request: RequestState, { plugin, hit }: Found): void {
  const { source, savedCost } = hit;
  const lookup = { plugin, source, ...(savedCost === undefined ? {} : { savedCost }) };
  request.lookup = lookup;
  request.decision = { ...unrouted(request), lookup };
}
