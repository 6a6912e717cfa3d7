import { ProviderError } from '../../../errors.ts';
import type { Body } from '../../../transport/body.ts';
import { asObject, type Wire } from '../../../util/json.ts';

/** Maximum size of one line in characters; an answer of a batch is no larger than any other. */
const longestLine = 32 * 2 ** 20;

/** The objects of a JSONL response of any size, one at a time. */
export async function* jsonLines(
  body: AsyncIterable<Uint8Array> | null,
  provider: string,
): AsyncGenerator<Wire> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body ?? []) {
    rest += decoder.decode(bytes, { stream: true });
    let from = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', from)) {
      const line = parsed(rest.slice(from, end), provider);
      from = end + 1;
      if (line !== undefined) yield line;
    }
    rest = rest.slice(from);
    if (rest.length > longestLine) throw unreadable(provider, 'a line is too long');
  }
  const last = parsed(rest + decoder.decode(), provider);
  if (last !== undefined) yield last;
}

function parsed(line: string, provider: string): Wire | undefined {
  if (line.trim() === '') return undefined;
  try {
    const wire = asObject(JSON.parse(line));
    if (wire !== undefined) return wire;
  } catch {
    // Below.
  }
  throw unreadable(provider, 'a line is not a JSON object');
}

function unreadable(provider: string, summary: string): ProviderError {
  return new ProviderError({
    kind: 'malformed',
    provider,
    answered: true,
    summary: `the results: ${summary}`,
  });
}

/** Reads a web stream chunk by chunk; leaving the loop closes the connection. */
export async function* chunksOf(stream: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (stream === null) return;
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Reads a body of our transport chunk by chunk; leaving the loop closes the connection. */
export async function* piecesOf(body: Body): AsyncGenerator<Uint8Array> {
  let isRead = false;
  try {
    for (let piece = await body.read(); piece !== undefined; piece = await body.read()) yield piece;
    isRead = true;
  } finally {
    if (!isRead) body.cancel();
  }
}
