import { isRouterError, RequestError } from '../../errors.ts';
import { zeroCost } from '../../pricing/cost.ts';
import type { ResolvedChatRequest } from '../../types/provider.ts';
import type { SkipReason } from '../../types/result/decision.ts';
import type { ChatResult } from '../../types/result/result.ts';
import type { AppendOnlyPart } from '../../types/result/stream-part.ts';
import type { ChatStream } from '../../types/router.ts';
import type { RequestState } from '../request.ts';
import { unrouted } from '../routing/unrouted.ts';

/** Stands in for a target's id. */
const target = 'last-resort';

/**
 * The route's own text as the answer to a request that no target could answer: all failed, none was available, or time ran out.
 * Other errors are the caller's: an invalid request, a budget, an abort. The request counts as failed, so that nothing mistakes
 * the text for an answer.
 */
export function lastResortFor(
  isStreamed: boolean,
  request: RequestState,
  error: unknown,
): ChatResult | ChatStream | undefined {
  const { route, operation } = request;
  const text = route.policies.lastResort;
  if (text === undefined || operation.workload !== 'chat' || asksForJSON(request) || !isOutage(error))
    return undefined;
  request.decision = { ...(request.decision ?? unrouted(request)), lastResort: true };
  const result = resultOf(text, request);
  return isStreamed ? streamOf(result) : result;
}

/** Plain text is no answer to a request for JSON. */
function asksForJSON({ schema, request }: RequestState): boolean {
  return schema !== undefined || (request as ResolvedChatRequest).responseFormat !== undefined;
}

const passing: readonly SkipReason[] = [
  'failing',
  'unresponsive',
  'cooling-down',
  'over-limit',
  'misconfigured',
];

function isOutage(error: unknown): boolean {
  if (isRouterError(error, 'all-targets-failed') || isRouterError(error, 'deadline')) return true;
  if (!isRouterError(error, 'no-target')) return false;
  const { candidates, skipped } = error.decision;
  return candidates.length > 0 || skipped.some(({ reason }) => passing.includes(reason));
}

function resultOf(text: string, { attempts, decision }: RequestState): ChatResult {
  return {
    target,
    text,
    content: [{ type: 'text', text }],
    reasoning: undefined,
    toolCalls: [],
    object: undefined,
    finishReason: 'other',
    attempts,
    usage: {},
    cost: { ...zeroCost, source: 'last-resort', estimated: false },
    decision,
    response: { headers: {} },
    warnings: [],
    providerMetadata: {},
    raw: undefined,
  };
}

function streamOf(result: ChatResult): ChatStream {
  let isIterated = false;
  async function* parts(): AsyncGenerator<AppendOnlyPart, void, undefined> {
    const { text, finishReason, usage, cost } = result;
    yield { type: 'text-delta', text };
    yield { type: 'finish', finishReason, usage, cost, target };
  }
  const read = (): AsyncIterator<AppendOnlyPart> => {
    if (isIterated) throw new RequestError('stream', 'a single read', 'a second one');
    isIterated = true;
    return parts();
  };
  const { response, warnings, decision } = result;
  return {
    target,
    response,
    warnings,
    decision,
    result: Promise.resolve(result),
    appendOnly: { [Symbol.asyncIterator]: read },
    textStream: {
      async *[Symbol.asyncIterator]() {
        for await (const part of { [Symbol.asyncIterator]: read })
          if (part.type === 'text-delta') yield part.text;
      },
    },
    [Symbol.asyncIterator]: read,
  };
}
