import type { Accept } from '../../types/options/options.ts';
import type { ContentPart, ToolCallPart } from '../../types/request/message.ts';
import type { Schema } from '../../types/request/schema.ts';
import type { AttemptSummary, ChatResult } from '../../types/result/result.ts';
import type { Cost } from '../../types/result/usage.ts';
import { textOf } from '../calls/stream/accumulate.ts';
import type { RequestState } from '../request.ts';
import { isThenable } from '../stations/wait.ts';
import type { Answer, ChatInput } from './answer.ts';
import { readOutput } from './output.ts';

/** An answer as the caller gets it; or who does not take it, and why. */
export type Judged =
  | { readonly result: ChatResult }
  | {
      readonly by: 'schema' | 'accept' | 'plugin';
      readonly plugin?: string;
      readonly issues: readonly string[];
    };

/** What a result says beside the answer. */
export interface Origins {
  readonly target: string;
  readonly cost: Cost | undefined;
}

/**
 * Station 9 for a complete answer: plugins change it, and then it has to pass the schema, the reviews of plugins, and `accept`, the
 * route's as well as the call's. The first that does not take it counts. Throws what one of them throws.
 */
export async function judge(
  request: RequestState,
  input: ChatInput,
  answer: Answer,
  origins: Origins,
): Promise<Judged> {
  const { stations } = request.env;
  request.observers?.answer(toResult(request, answer, undefined, origins));
  const changed = change(request, answer);
  if ('issues' in changed) return changed;
  const output = await readOutput(textOf(changed.content), answer.finishReason, schemaOf(request, input));
  if ('issues' in output) return { by: 'schema', issues: output.issues };
  const result = toResult(request, changed, output.object, origins);
  // What is only measured is not held to the judgement of the application.
  if (request.shadow) return { result };
  const reviewed = stations.review === undefined ? result : await stations.review(result, request.context);
  if ('reject' in reviewed) return { by: 'plugin', plugin: reviewed.plugin, issues: reviewed.reject };
  const refusal =
    (await refusalOf(request.route.policies.accept, reviewed)) ??
    (await refusalOf(request.options.accept, reviewed));
  return refusal === undefined ? { result: reviewed } : { by: 'accept', issues: [refusal] };
}

/** What an answer is checked by: the caller's schema, or one that only says what is asked for, if the route can go on. */
function schemaOf({ route }: RequestState, { schema, request }: ChatInput): Schema | undefined {
  if (schema !== undefined || !route.policies.fallbackOn.includes('output')) return schema;
  return request.responseFormat?.schema;
}

/** The parts of a stream have been changed on their way. */
function change(request: RequestState, answer: Answer): Answer | Exclude<Judged, { result: unknown }> {
  const { transform } = request.env.stations;
  if (transform === undefined || answer.isChanged || request.shadow) return answer;
  const transforms = transform(request.context);
  if (transforms === undefined) return answer;
  const content = transforms.content(answer.content);
  if ('reject' in content) return { by: 'plugin', plugin: content.plugin, issues: content.reject };
  return changed(answer, content);
}

/** An answer with another content: neither its raw form nor that of another interface is for the caller any more. */
export function changed({ origin: _, ...answer }: Answer, content: readonly ContentPart[]): Answer {
  return { ...answer, content, raw: undefined, isChanged: true };
}

export function toResult(
  { attempts, decision }: Pick<RequestState, 'attempts' | 'decision'>,
  { isChanged: _, ...answer }: Answer,
  object: unknown,
  { target, cost }: Origins,
): ChatResult {
  const { content } = answer;
  return {
    ...answer,
    text: textOf(content),
    reasoning: reasoningOf(content),
    toolCalls: content.filter(
      (part): part is ToolCallPart => part.type === 'tool-call' && part.providerExecuted !== true,
    ),
    object,
    cost,
    target,
    attempts: attempts as readonly AttemptSummary[],
    decision,
  };
}

function reasoningOf(content: readonly ContentPart[]): string | undefined {
  const parts = content.filter((part) => part.type === 'reasoning');
  return parts.length === 0 ? undefined : parts.map((part) => part.text).join('');
}

/** Why `accept` does not take an answer. */
function refusalOf(
  accept: Accept | undefined,
  result: ChatResult,
): string | undefined | PromiseLike<string | undefined> {
  if (accept === undefined) return undefined;
  const verdict = accept(result);
  return isThenable(verdict) ? Promise.resolve(verdict).then(toRefusal) : toRefusal(verdict);
}

function toRefusal(verdict: boolean | string): string | undefined {
  if (verdict === true) return undefined;
  return verdict === false ? 'no reason given' : verdict;
}
