import { ProviderError } from '../../../errors.ts';
import type { BatchAnswer, BatchPlan } from '../../../types/batch/batch.ts';
import { asCount, asObject, type Wire } from '../../../util/json.ts';

/** One value a line: `ITEM/NUMBER/COUNT`. */
export function embedLines({ items, model }: BatchPlan): string {
  const lines = items.flatMap(({ id, body }) => {
    const { contents, config } = JSON.parse(body) as {
      readonly contents: readonly string[];
      readonly config: Wire;
    };
    return contents.map((text, number) => {
      const key = `${id}/${number}/${contents.length}`;
      const request = { model: `models/${model}`, content: { parts: [{ text }] }, ...config };
      return `${JSON.stringify({ key, request })}\n`;
    });
  });
  return lines.join('');
}

interface Parts {
  readonly values: unknown[];
  tokens: number | undefined;
  left: number;
  error?: Error;
}

/** Combines the values of each item into an answer in the format of the synchronous API. */
export async function* gatherEmbeddings(answers: AsyncIterable<BatchAnswer>): AsyncGenerator<BatchAnswer> {
  const open = new Map<string, Parts>();
  for await (const { id: key, body, error } of answers) {
    const [id = '', number = '0', count = '1'] = key.split('/');
    const parts = open.get(id) ?? { values: [], tokens: 0, left: Number(count) };
    open.set(id, parts);
    const wire = asObject(body);
    const tokens = asCount(Number(wire?.['tokenCount'] ?? Number.NaN));
    parts.values[Number(number)] = { values: asObject(wire?.['embedding'])?.['values'] };
    parts.tokens = tokens === undefined || parts.tokens === undefined ? undefined : parts.tokens + tokens;
    parts.left -= 1;
    if (error !== undefined) parts.error = error;
    if (parts.left > 0) continue;
    open.delete(id);
    yield toAnswer(id, parts);
  }
  for (const [id, parts] of open) yield toAnswer(id, parts);
}

function toAnswer(id: string, { values, tokens, left, error }: Parts): BatchAnswer {
  if (error !== undefined) return { id, error };
  if (left > 0) {
    const summary = 'some values of the request have no embedding';
    return {
      id,
      error: new ProviderError({ kind: 'malformed', provider: 'google', answered: true, summary }),
    };
  }
  const usage = tokens === undefined ? {} : { usageMetadata: { promptTokenCount: tokens } };
  return { id, body: { embeddings: values, ...usage } };
}
