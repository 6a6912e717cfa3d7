import type { AnyRequest, AnyResult, LookupHit, PartialHit } from '../../types/plugin.ts';
import type { LookupSummary } from '../../types/result/decision.ts';
import type { RunnableOperation } from '../operations/runnable.ts';
import type { RequestState } from '../request.ts';
import { unrouted } from '../routing/unrouted.ts';
import type { Lookup } from '../stations/lookup.ts';

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
  const { plugin, hit } = found;
  if ('rest' in hit) {
    takePart(request, plugin, hit);
    return undefined;
  }
  note(request, plugin, hit);
  const result = await operation.replay(request, hit);
  if (result === undefined) {
    request.lookup = undefined;
    request.decision = undefined;
  }
  return result;
}

/** Records that a plugin answered, so no target was chosen. */
function note(request: RequestState, plugin: string, { source, savedCost }: LookupHit): void {
  const lookup = summaryOf(plugin, source, savedCost);
  request.lookup = lookup;
  request.decision = { ...unrouted(request), lookup };
}

/** A plugin has a part of the answer: targets are asked for the rest. */
function takePart(request: RequestState, plugin: string, { rest, complete, savedCost }: PartialHit): void {
  request.replace(rest);
  request.lookup = summaryOf(plugin, 'partial', savedCost);
  request.complete = async (made: AnyResult) => complete(made);
}

function summaryOf(
  plugin: string,
  source: LookupSummary['source'],
  savedCost: number | undefined,
): LookupSummary {
  return { plugin, source, ...(savedCost === undefined ? {} : { savedCost }) };
}
