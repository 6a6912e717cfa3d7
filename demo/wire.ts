import { once } from 'node:events';
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LLMock } from '@copilotkit/aimock';

/** How a provider behaves: healthy, or broken in one of three ways. */
export type Mode = 'healthy' | '503s' | 'silence' | 'cut streams';

/** A provider on loopback that can be broken. */
export interface MockProvider {
  readonly url: string;
  mode: Mode;
  stop(): Promise<void>;
}

/** The answer of every mock. */
export const answer =
  'Sunlight is a mix of all colors. On its way through the air it meets molecules that are much smaller than its waves, ' +
  'and these turn the short, blue waves aside far more than the long, red ones. So blue light reaches us from every ' +
  'direction, and the whole sky looks blue.';

const usage = {
  prompt_tokens: 24,
  completion_tokens: 62,
  total_tokens: 86,
  input_tokens: 24,
  output_tokens: 62,
  promptTokenCount: 24,
  candidatesTokenCount: 62,
};

/**
 * Starts aimock, which mocks the APIs of OpenAI, Anthropic and Google, behind a proxy that can break.
 *
 * @param firstToken milliseconds to the first token
 */
export async function mockProvider(firstToken: number): Promise<MockProvider> {
  const mock = new LLMock({ port: 0, logLevel: 'silent', chunkSize: 12 });
  mock.onMessage(/.*/, { content: answer, usage }, { streamingProfile: { ttft: firstToken, tps: 50 } });
  await mock.start();
  const upstream = new URL(mock.url);

  const server: Server = createServer((incoming, outgoing) => {
    if (provider.mode === '503s') {
      incoming.resume();
      outgoing.writeHead(503, { 'content-type': 'application/json' });
      outgoing.end(
        '{"error":{"message":"overloaded","type":"service_unavailable_error","code":"server_is_overloaded"}}',
      );
      return;
    }
    if (provider.mode === 'silence') {
      incoming.resume();
      return; // the connection stays open without a response
    }
    const { method, url, headers } = incoming;
    const forward = request(
      { host: upstream.hostname, port: upstream.port, method, path: url, headers },
      (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers);
        const stream = String(response.headers['content-type']).includes('event-stream');
        if (stream && provider.mode === 'cut streams') cutAfter(3, response, outgoing);
        else response.pipe(outgoing);
      },
    );
    forward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forward.destroy());
    incoming.pipe(forward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const provider: MockProvider = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mode: 'healthy',
    async stop() {
      server.closeAllConnections();
      server.close();
      await mock.stop();
    },
  };
  return provider;
}

/** Forwards a few chunks of a stream and then ends it as if it were complete. */
function cutAfter(pieces: number, source: AsyncIterable<Buffer>, outgoing: ServerResponse): void {
  const copy = async (): Promise<void> => {
    let left = pieces;
    for await (const piece of source) {
      if (left-- === 0) break;
      outgoing.write(piece);
    }
    outgoing.end();
  };
  copy().catch(() => outgoing.destroy());
}
