import { RequestError } from '../errors.ts';
import type { BatchInput, BatchRequest } from '../types/batch/job.ts';
import { asObject } from '../util/json.ts';

/** Maximum characters of one line. */
const longestLine = 32 * 2 ** 20;

/**
 * The requests of an input, one at a time: those of an iterable as they are, those of text as JSONL.
 *
 * @throws RequestError for a line that is no JSON object; it names the line
 */
export async function* requestsOf(input: BatchInput): AsyncGenerator<BatchRequest> {
  const decoder = new TextDecoder();
  let rest = '';
  let number = 0;
  for await (const piece of input) {
    if (typeof piece !== 'string' && !(piece instanceof Uint8Array)) {
      yield piece;
      continue;
    }
    rest += typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield* requestIn(line, ++number);
    if (rest.length > longestLine) throw unreadable(number + 1, 'at most 32 MiB', 'more');
  }
  yield* requestIn(rest + decoder.decode(), number + 1);
}

function* requestIn(line: string, number: number): Generator<BatchRequest> {
  if (line.trim() === '') return;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw unreadable(number, 'JSON', 'text that is not');
  }
  const request = asObject(parsed);
  if (request === undefined) throw unreadable(number, 'an object', 'another value');
  // Its fields are checked as those of every request.
  yield request as BatchRequest;
}

function unreadable(number: number, expected: string, got: string): RequestError {
  return new RequestError(`requests, line ${number}`, expected, got);
}
