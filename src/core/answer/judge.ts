import type { OutputError } from '../../errors.ts';
import type { Accept } from '../../types/options/options.ts';
import type { ContentPart, ToolCallPart } from '../../types/request/message.ts';
import type { Schema } from '../../types/request/schema.ts';
import type { ChatResult } from '../../types/result/result.ts';
import type { Cost } from '../../types/result/usage.ts';
import type { RequestState } from '../request.ts';
import { isThenable } from '../stations/wait.ts';
import type { Answer, ChatInput } from './answer.ts';
import type { Output } from './output.ts';
import { textOf } from './text.ts';

/** The caller's result, or who rejected the answer and why. */
export type Judged =
  | { readonly result: ChatResult }
  | {
      readonly by: OutputError['by'];
      readonly plugin?: string;
      readonly issues: readonly string[];
    };

/** The fields of a result besides the answer. */
export interface Provenance {
  readonly target: string;
  readonly cost: Cost | undefined;
}

/**
 * Station 9 for a complete answer: plugins transform it, then it must pass the schema, plugin reviews, and
 * `accept` of both route and call. The first rejection counts. Throws or rejects with whatever these throw.
 */
export function judge(
  request: RequestState,
  input: ChatInput,
  answer: Answer,
  provenance: Provenance,
): Judged | Promise<Judged> {
  const { env, observers, shadow, lookup } = request;
  if (observers !== undefined && lookup === undefined) {
    const { given = answer.content } = answer;
    observers.answer(toResult(request, { ...answer, content: given }, undefined, provenance));
  }
  const changes = shadow || answer.isStreamed ? undefined : env.stations.transform;
  if (changes === undefined) return judgeShown(request, input, answer, provenance);
  const passed = transformed(request, answer);
  const next = (shown: Awaited<typeof passed>): Judged | Promise<Judged> =>
    'issues' in shown ? shown : judgeShown(request, input, shown, provenance);
  return passed instanceof Promise ? passed.then(next) : next(passed);
}

/** The rest of station 9, for an answer as the caller would get it. */
function judgeShown(
  request: RequestState,
  input: ChatInput,
  passed: Answer,
  provenance: Provenance,
): Judged | Promise<Judged> {
  const { env, route, options } = request;
  request.given = passed.given;
  const schema = schemaOf(request, input);
  // Usually nothing can reject the answer.
  const isReviewed = env.stations.review ?? route.policies.accept ?? options.accept;
  if (schema === undefined && isReviewed === undefined)
    return { result: toResult(request, passed, undefined, provenance) };
  return review(request, passed, schema, provenance);
}

/** The schema that validates an answer: the caller's, or a plain JSON Schema if the route can fail over. */
function schemaOf({ route }: RequestState, { schema, request }: ChatInput): Schema | undefined {
  const format = request.responseFormat?.schema;
  if (schema !== undefined || format === undefined) return schema;
  return route.policies.fallbackOn({ kind: 'output' }) === true ? format : undefined;
}

type Transformed = Answer | Exclude<Judged, { result: unknown }>;

function transformed(request: RequestState, answer: Answer): Transformed | Promise<Transformed> {
  const transforms = request.env.stations.transform?.(request.context);
  if (transforms === undefined) return answer;
  const content = transforms.content(answer.content);
  const take = (passed: Awaited<typeof content>): Transformed =>
    'reject' in passed
      ? { by: passed.by, plugin: passed.plugin, issues: passed.reject }
      : changed(answer, passed);
  return isThenable(content) ? content.then(take) : take(content);
}

/**
 * An answer with new content. Drops the raw form, the form of another interface, and the tokens with their
 * probabilities, which no longer match.
 */
export function changed({ origin: _, ...answer }: Answer, content: readonly ContentPart[]): Answer {
  const providerMetadata = Object.fromEntries(
    Object.entries(answer.providerMetadata).map(([provider, { logprobs: _logprobs, ...kept }]) => [
      provider,
      kept,
    ]),
  );
  return { ...answer, content, providerMetadata, raw: undefined, given: answer.content };
}

async function review(
  request: RequestState,
  answer: Answer,
  schema: Schema | undefined,
  provenance: Provenance,
): Promise<Judged> {
  const { env, shadow, route, options } = request;
  let output: Output = { object: undefined };
  if (schema !== undefined) {
    const { readOutput } = env.fullCheck.loaded ?? (await env.fullCheck.load(env.clock, request.signal));
    output = await readOutput(textOf(answer.content), answer.finishReason, schema);
  }
  if ('issues' in output) return { by: 'schema', issues: output.issues };
  let result = toResult(request, answer, output.object, provenance);
  // Mirrored answers skip the application's review.
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

/** Why `accept` rejects an answer. */
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
  let text = '';
  let reasoning: string | undefined;
  const toolCalls: ToolCallPart[] = [];
  for (const part of answer.content) {
    if (part.type === 'text') text += part.text;
    else if (part.type === 'reasoning') reasoning = (reasoning ?? '') + part.text;
    else if (part.type === 'tool-call' && part.providerExecuted !== true) toolCalls.push(part);
  }
  return {
    ...answer,
    text,
    reasoning,
    toolCalls,
    object,
    cost,
    target,
    attempts,
    decision,
  };
}
