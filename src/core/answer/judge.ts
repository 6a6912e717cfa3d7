import type { Schema } from '../../types/request/schema.ts';
import type { RequestState } from '../request.ts';
import type { Answer, ChatInput } from './answer.ts';
import { type Provenance, toResult } from './result.ts';
import { type Judged, review } from './review.ts';

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
  const passed = changes(request.context)?.answer(answer) ?? answer;
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
