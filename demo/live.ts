import type { Mode } from './wire.ts';

/** The real providers, for those with keys in the environment. */
export const keys = {
  openai: process.env['OPENAI_API_KEY'],
  anthropic: process.env['ANTHROPIC_API_KEY'],
  google: process.env['GEMINI_API_KEY'] ?? process.env['GOOGLE_API_KEY'],
};

/**
 * Breaks a real provider's responses on our side: nothing breaks at the vendor, and a broken request is not
 * sent.
 */
export function breakableFetch(mode: () => Mode): (url: string, init: RequestInit) => Promise<Response> {
  return async (url, init) => {
    if (mode() === '503s') return new Response('{"error":{"message":"broken by the demo"}}', { status: 503 });
    if (mode() === 'silence') {
      return new Promise((_, reject) => {
        init.signal?.addEventListener('abort', () => reject(init.signal?.reason), { once: true });
      });
    }
    const response = await fetch(url, init);
    if (mode() !== 'cut streams' || response.body === null) return response;
    return new Response(firstPieces(response.body, 3), response);
  };
}

function firstPieces(body: ReadableStream<Uint8Array>, pieces: number): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let left = pieces;
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done || left-- === 0) {
        controller.close();
        await reader.cancel();
      } else {
        controller.enqueue(value);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
