import type { CallOptions } from '../types/options/call-options.ts';
import type { AnyRequest } from '../types/plugin.ts';
import type { Decision } from '../types/result/decision.ts';
import type { RouterContext } from './context.ts';
import type { Operation } from './operations/operation.ts';
import { extensionsPart } from './parts/extensions-part.ts';
import { loadRest } from './parts/rest.ts';
import { check } from './pipeline.ts';
import { chooseCandidates } from './routing/candidates.ts';

/** Routing without the call: stations 1, 4, 5 and 6. */
export async function explain<Request extends AnyRequest>(
  operation: Operation<Request>,
  input: object,
  options: CallOptions,
  env: RouterContext,
): Promise<Decision> {
  const checked = check(operation, input, options, env);
  if (checked instanceof Promise) {
    await checked;
    return explain(operation, input, options, env);
  }
  const request = checked;
  try {
    const selected = await env.parts.get(extensionsPart)?.chooseRoute(request);
    options.signal?.throwIfAborted();
    await Promise.all([env.prices.ready(), loadRest(env, options.signal)]);
    void request.inputTokens; // the decision then shows expected costs
    return chooseCandidates(request, selected).decision;
  } finally {
    request.release();
  }
}
