import { ProviderError } from '../errors.ts';
import { networkError } from './network-error.ts';

/** Most bytes of a body, after decompression. */
export const maxBodyBytes = 32 * 1024 * 1024;
/** Most bytes of one line of an event stream, after decompression. */
export const maxLineBytes = 1024 * 1024;
/** Most bytes of an error's body that are read. */
export const maxErrorBytes = 16 * 1024;

const newline = 10;

/**
 * The same bytes, but: a body (or, in an event stream, a line) that is too large ends in an error rather than in
 * memory, and what breaks while reading is a `ProviderError`. Cancelling it closes the connection.
 */
export function guardBody(
  body: ReadableStream<Uint8Array>,
  provider: string,
  eventStream: boolean,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let size = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let chunk: ReadableStreamReadResult<Uint8Array>;
        try {
          chunk = await reader.read();
        } catch (error) {
          controller.error(networkError(provider, error, true));
          return;
        }
        if (chunk.done) {
          controller.close();
          return;
        }
        const bytes = chunk.value;
        const lastNewline = eventStream ? bytes.lastIndexOf(newline) : -1;
        size = lastNewline === -1 ? size + bytes.length : bytes.length - lastNewline - 1;
        if (size > (eventStream ? maxLineBytes : maxBodyBytes)) {
          const summary = eventStream ? 'an event is larger than 1 MiB' : 'the answer is larger than 32 MiB';
          const error = new ProviderError({ kind: 'malformed', provider, answered: true, summary });
          reader.cancel(error).catch(() => {});
          controller.error(error);
          return;
        }
        controller.enqueue(bytes);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** Reads at most `limit` bytes of a body as text, and closes it. */
export async function readSome(body: ReadableStream<Uint8Array> | null, limit: number): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let left = limit;
  while (left > 0) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value.subarray(0, left), { stream: true });
    left -= value.length;
  }
  reader.cancel().catch(() => {});
  return text;
}
