import type { Accept } from '../../types/options/options.ts';
import type { ContentPart, ToolCallPart } from '../../types/request/message.ts';
import type { Schema } from '../../types/request/schema.ts';
import type { ChatResult } from '../../types/result/result.ts';
import type { Cost } from '../../types/result/usage.ts';
import { textOf } from '../calls/stream/accumulate.ts';
import type { RequestState } from '../request.ts';
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
export interface Provenance {
  readonly target: string;
  readonly cost: Cost | undefined;
}

/**
 * Station 9 for a complete answer: plugins change it, and then it has to pass the schema, the reviews of plugins, and `accept`, the
 * route's as well as the call's. The first that does not take it counts. Throws, or rejects with, what one of them throws.
 */
export function judge(
  request: RequestState,
  input: ChatInput,
  answer: Answer,
  provenance: Provenance,
): Judged | Promise<Judged> {
  const { env, observers, shadow, route, options, lookup } = request;
  if (observers !== undefined && lookup === undefined) {
    const { given = answer.content } = answer;
    observers.answer(toResult(request, { ...answer, content: given }, undefined, provenance));
  }
  const changes = shadow || answer.isStreamed ? undefined : env.stations.transform;
  const passed = changes === undefined ? answer : transformed(request, answer);
  if ('issues' in passed) return passed;
  const schema = schemaOf(request, input);
  // As a rule there is nothing that could reject it.
  const isReviewed = env.stations.review ?? route.policies.accept ?? options.accept;
  if (schema === undefined && isReviewed === undefined)
    return { result: toResult(request, passed, undefined, provenance) };
  return review(request, passed, schema, provenance);
}

/** What an answer is checked by: the caller's schema, or one that only says what is asked for, if the route can go on. */
function schemaOf({ route }: RequestState, { schema, request }: ChatInput): Schema | undefined {
  if (schema !== undefined || !route.policies.fallbackOn.includes('output')) return schema;
  return request.responseFormat?.schema;
}

function transformed(request: RequestState, answer: Answer): Answer | Exclude<Judged, { result: unknown }> {
  const transforms = request.env.stations.transform?.(request.context);
  if (transforms === undefined) return answer;
  const content = transforms.content(answer.content);
  if ('reject' in content) return { by: 'plugin', plugin: content.plugin, issues: content.reject };
  return changed(answer, content);
}

/** An answer with another content: neither its raw form nor that of another interface is for the caller any more. */
export function changed({ origin: _, ...answer }: Answer, content: readonly ContentPart[]): Answer {
  return { ...answer, content, raw: undefined, given: answer.content };
}

async function review(
  request: RequestState,
  answer: Answer,
  schema: Schema | undefined,
  provenance: Provenance,
): Promise<Judged> {
  const output = await readOutput(textOf(answer.content), answer.finishReason, schema);
  if ('issues' in output) return { by: 'schema', issues: output.issues };
  const { env, shadow, route, options } = request;
  let result = toResult(request, answer, output.object, provenance);
  // What is only measured is not held to the judgment of the application.
  if (shadow) return { result };
  if (env.stations.review !== undefined) {
    const reviewed = await env.stations.review(result, request.context);
    if ('reject' in reviewed) return { by: 'plugin', plugin: reviewed.plugin, issues: reviewed.reject };
    result = reviewed;
  }
  for (const accept of [route.policies.accept, options.accept]) {
    const refusal = accept === undefined ? undefined : await refusalOf(accept, result);
    if (refusal !== undefined) return { by: 'accept', issues: [refusal] };
  }
  return { result };
}

/** Why `accept` does not take an answer. */
async function refusalOf(accept: Accept, result: ChatResult): Promise<string | undefined> {
  const verdict = await accept(result);
  if (verdict === true) return undefined;
  return verdict === false ? 'no reason given' : verdict;
}

export function toResult(
  { attempts, decision }: RequestState,
  { given: _, isStreamed: _streamed, ...answer }: Answer,
  object: unknown,
  { target, cost }: Provenance,
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
    attempts,
    decision,
  };
}

function reasoningOf(content: readonly ContentPart[]): string | undefined {
  const parts = content.filter((part) => part.type === 'reasoning');
  return parts.length === 0 ? undefined : parts.map((part) => part.text).join('');
}
