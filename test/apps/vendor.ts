import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a vendor of OpenAI's Chat Completions API behaves on loopback. */
export type Mode = 'healthy' | 'down' | 'cut' | 'endless';

export interface Vendor {
  readonly url: string;
  mode: Mode;
  /** Requests so far. */
  readonly received: object[];
  /** Streams whose client has gone before their end. */
  left: number;
  stop(): void;
}

const words = ['The ', 'sky ', 'is ', 'blue.'];

export async function startVendor(): Promise<Vendor> {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text || '{}') as {
      stream?: boolean;
      messages?: { role: string }[];
      tools?: unknown[];
    };
    vendor.received.push(body);
    if (vendor.mode === 'down') return void response.writeHead(503).end('{"error":{"message":"down"}}');
    const callsTool = body.tools !== undefined && !body.messages?.some(({ role }) => role === 'tool');
    if (body.stream === true) return stream(response, callsTool);
    const message = callsTool
      ? { role: 'assistant', content: null, tool_calls: [toolCall] }
      : { role: 'assistant', content: words.join('') };
    const choice = { index: 0, message, finish_reason: callsTool ? 'tool_calls' : 'stop' };
    const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1,
        model: 'm',
        choices: [choice],
        usage,
      }),
    );
  });
  const toolCall = {
    id: 'call_1',
    type: 'function',
    function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
  };

  const stream = (response: ServerResponse, callsTool: boolean): void => {
    response.setHeader('content-type', 'text/event-stream');
    const send = (delta: object, finish_reason: string | null = null): void => {
      const choices = [{ index: 0, delta, finish_reason }];
      response.write(
        `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`,
      );
    };
    let ended = false;
    response.once('close', () => {
      if (!ended) vendor.left += 1;
    });
    const end = (): void => {
      ended = true;
      response.end('data: [DONE]\n\n');
    };
    if (callsTool) {
      send({ role: 'assistant', tool_calls: [{ index: 0, ...toolCall }] });
      send({}, 'tool_calls');
      end();
      return;
    }
    for (const word of words.slice(0, vendor.mode === 'healthy' ? undefined : 2)) send({ content: word });
    if (vendor.mode === 'cut') {
      ended = true;
      // After what was written has left.
      setImmediate(() => response.destroy());
    }
    if (vendor.mode !== 'healthy') return;
    send({}, 'stop');
    end();
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const vendor: Vendor = {
    url: `http://127.0.0.1:${port}/v1`,
    mode: 'healthy',
    received: [],
    left: 0,
    stop: () => void server.close().closeAllConnections(),
  };
  return vendor;
}
