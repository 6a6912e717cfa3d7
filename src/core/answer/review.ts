import type { OutputError } from '../../errors.ts';
import type { Accept } from '../../types/options/options.ts';
import type { ContentPart } from '../../types/request/message.ts';
import type { Schema } from '../../types/request/schema.ts';
import type { ChatResult } from '../../types/result/result.ts';
import type { RequestState } from '../request.ts';
import type { Answer } from './answer.ts';
import { type Output, readOutput } from './output.ts';
import { type Provenance, toResult } from './result.ts';

/** The caller's result, or who rejected the answer and why. */
export type Judged =
  | { readonly result: ChatResult }
  | {
      readonly by: OutputError['by'];
      readonly plugin?: string;
      readonly issues: readonly string[];
    };

/** Whether an answer passes the schema, plugin reviews, and `accept` of both route and call. */
export async function review(
  request: RequestState,
  answer: Answer,
  schema: Schema | undefined,
  provenance: Provenance,
): Promise<Judged> {
  const { env, shadow, route, options } = request;
  let output: Output = { object: undefined };
  if (schema !== undefined) {
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

/** All text of an answer. */
function textOf(content: readonly ContentPart[]): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
