import { classifyFailure } from '../../../transport/failure/failure.ts';
import type { BatchAnswer, BatchPlan, BatchStatus, BatchTrace } from '../../../types/batch/batch.ts';
import { asNonEmpty, asObject, asObjects, asText, type Wire } from '../../../util/json.ts';
import { notRun, refusedInBatch } from '../../shared/batches/not-run.ts';
import { chatCompletionsFailures } from '../failures.ts';

/**
 * OpenAI's Batch API, which others implement: a file of requests, a batch over it, a file of answers and one of errors
 * (https://developers.openai.com/api/docs/guides/batch, https://developers.openai.com/api/docs/api-reference/batch).
 */

/** The key of our own id in a batch's metadata. */
export const ownIdKey = 'signalbox_batch';

/**
 * The lines of the file of requests.
 *
 * @param url the endpoint; `undefined` where lines do not name it
 */
export function* toLines({ items }: BatchPlan, url: string | undefined): Generator<string> {
  const way = url === undefined ? '' : `"method":"POST","url":"${url}",`;
  for (const { id, body } of items) yield `{"custom_id":${JSON.stringify(id)},${way}"body":${body}}\n`;
}

/** Whether a batch has our own id in its metadata. */
export function isOwn({ metadata }: Wire, { id }: Pick<BatchTrace, 'id'>): boolean {
  return asObject(metadata)?.[ownIdKey] === id;
}

/** When a batch was created, in milliseconds since 1970. */
export function createdAt({ created_at: at }: Wire): number | undefined {
  const ms = typeof at === 'number' ? at * 1_000 : Date.parse(asText(at) ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

const over = ['completed', 'expired', 'cancelled', 'failed'];

/** Codes of a batch that was refused only because the vendor's queue is full. */
const noRoom = /token_limit|rate_limit|queue|too_many/i;

export function readStatus(batch: unknown, provider: string): BatchStatus {
  const wire = asObject(batch) ?? {};
  const { completed, failed } = asObject(wire['request_counts']) ?? {};
  const done = typeof completed === 'number' ? { done: completed + (Number(failed) || 0) } : {};
  const status = (asText(wire['status']) ?? '').toLowerCase();
  if (!over.includes(status)) return { state: 'pending', ...done };
  const [first] = errorsOf(wire);
  if (status === 'failed' && first !== undefined && noRoom.test(asText(first['code']) ?? '')) {
    const body = { error: first };
    const error = classifyFailure({ provider, status: 429, headers: {}, body }, chatCompletionsFailures);
    return { state: 'refused', error };
  }
  return { state: 'ended', ...done };
}

function errorsOf(batch: Wire): readonly Wire[] {
  return asObjects(asObject(batch['errors'])?.['data']);
}

/**
 * The answers of a batch: those in its files, and an error for each request that is in none.
 *
 * @param fileLines reads a file's lines
 */
export async function* answersOf(
  batch: Wire,
  { items }: BatchTrace,
  provider: string,
  fileLines: (fileId: string) => AsyncIterable<Wire>,
): AsyncGenerator<BatchAnswer> {
  const left = new Set(items);
  for (const field of ['output_file_id', 'error_file_id']) {
    const file = asNonEmpty(batch[field]);
    if (file === undefined) continue;
    for await (const line of fileLines(file)) {
      const answer = readLine(line, provider);
      // A vendor may repeat a line; the first one counts.
      if (answer !== undefined && left.delete(answer.id)) yield answer;
    }
  }
  for (const { line, ...error } of errorsOf(batch)) {
    const id = typeof line === 'number' ? items[line - 1] : undefined;
    if (id === undefined || !left.delete(id)) continue;
    yield { id, error: refusedInBatch(provider, { error }, 400, chatCompletionsFailures) };
  }
  const why = asText(batch['status']) ?? 'ended';
  for (const id of left) yield { id, error: notRun(provider, why === 'completed' ? 'ended' : why) };
}

/** Reads a line of results: an answer, or an error. */
export function readLine(line: Wire, provider: string): BatchAnswer | undefined {
  const id = asText(line['custom_id']);
  if (id === undefined) return undefined;
  const response = asObject(line['response']);
  const status = response?.['status_code'];
  const body = response?.['body'];
  const failed = typeof status === 'number' && status >= 400;
  if (response !== undefined && !failed && body !== undefined) return { id, body };
  const error = asObject(line['error']);
  const code = asText(error?.['code']) ?? '';
  if (/expired|cancel/i.test(code)) return { id, error: notRun(provider, code.replace(/^batch_/, '')) };
  const refusal = failed ? body : { error: error ?? { message: 'no answer' } };
  const asStatus = typeof status === 'number' ? status : undefined;
  return { id, error: refusedInBatch(provider, refusal, asStatus, chatCompletionsFailures) };
}

/** The files that belong to a batch. */
export function filesOf(batch: Wire): readonly string[] {
  return ['input_file_id', 'output_file_id', 'error_file_id'].flatMap(
    (field) => asNonEmpty(batch[field]) ?? [],
  );
}
