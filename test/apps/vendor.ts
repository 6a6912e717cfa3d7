import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * How a vendor of OpenAI's Chat Completions API behaves on loopback. `paced`: a stream begins with the first word, and goes on as
 * the test says.
 */
export type Mode = 'healthy' | 'down' | 'paced';

export interface Vendor {
  readonly url: string;
  mode: Mode;
  /** The bodies of the requests so far. */
  readonly received: object[];
  /** The headers of the last request. */
  headers: IncomingHttpHeaders;
  /** Sends the next word of the paced stream; after the last word, its end. */
  next(): void;
  /** Breaks the connection of the paced stream. */
  cut(): void;
  /** Resolves when the client of the paced stream has closed its connection. */
  readonly left: Promise<void>;
  stop(): void;
}

/** What the vendor answers, word by word. */
export const words = ['The ', 'sky ', 'is ', 'blue.'];

const toolCall = {
  id: 'call_1',
  type: 'function',
  function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
};

interface Asked {
  readonly stream?: boolean;
  readonly messages?: readonly { readonly role: string }[];
  readonly tools?: readonly { readonly function?: { readonly name: string } }[];
}

/** Calls the tool for the weather where it is declared and has not been called. */
function wantsTool({ tools = [], messages = [] }: Asked): boolean {
  return (
    tools.some((tool) => tool.function?.name === toolCall.function.name) &&
    !messages.some(({ role }) => role === 'tool')
  );
}

export async function startVendor(): Promise<Vendor> {
  let paced: { next(): void; cut(): void; readonly left: Promise<void> } | undefined;
  const current = () => {
    if (paced === undefined) throw new Error('no paced stream has begun');
    return paced;
  };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const body: Asked = JSON.parse(text || '{}');
    vendor.received.push(body);
    vendor.headers = request.headers;
    if (vendor.mode === 'down') return void response.writeHead(503).end('{"error":{"message":"down"}}');
    const callsTool = wantsTool(body);
    if (body.stream !== true) return answer(response, callsTool);
    const stream = openStream(response);
    if (callsTool) return stream.callTool();
    if (vendor.mode === 'healthy') return stream.all();
    paced = stream;
    stream.next();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const vendor: Vendor = {
    url: `http://127.0.0.1:${port}/v1`,
    mode: 'healthy',
    received: [],
    headers: {},
    next: () => current().next(),
    cut: () => current().cut(),
    get left() {
      return current().left;
    },
    stop: () => void server.close().closeAllConnections(),
  };
  return vendor;
}

function answer(response: ServerResponse, callsTool: boolean): void {
  const message = callsTool
    ? { role: 'assistant', content: null, tool_calls: [toolCall] }
    : { role: 'assistant', content: words.join('') };
  const choice = { index: 0, message, finish_reason: callsTool ? 'tool_calls' : 'stop' };
  const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ ...head, object: 'chat.completion', choices: [choice], usage }));
}

const head = { id: 'chatcmpl-1', created: 1, model: 'm' };

function openStream(response: ServerResponse) {
  response.setHeader('content-type', 'text/event-stream');
  const send = (delta: object, finish_reason: string | null = null): void => {
    const choices = [{ index: 0, delta, finish_reason }];
    response.write(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices })}\n\n`);
  };
  let sent = 0;
  const end = (reason: string): void => {
    send({}, reason);
    response.end('data: [DONE]\n\n');
  };
  const next = (): void => {
    const word = words[sent++];
    if (word === undefined) end('stop');
    else send(sent === 1 ? { role: 'assistant', content: word } : { content: word });
  };
  return {
    next,
    all: () => {
      for (const _ of [...words, 'the end']) next();
    },
    callTool: () => {
      send({ role: 'assistant', tool_calls: [{ index: 0, ...toolCall }] });
      end('tool_calls');
    },
    cut: () => void response.destroy(),
    left: new Promise<void>((resolve) => response.once('close', resolve)),
  };
}
