import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { seededRandom } from '../../src/testing/index.ts';

/** US$ per million tokens: expensive, so that the share of one request in a limit is as in practice. */
export const price = { input: 100, output: 400 } as const;

/** A vendor that counts what it bills. */
export interface Vendor {
  readonly url: string;
  /** Billionths of US$ for all that it has worked on, whether or not anybody got the answer. */
  readonly billed: number;
  /** The same of each answer, by its id. */
  readonly bills: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export interface VendorOptions {
  readonly seed?: number;
  /** Milliseconds for an answer, at least and at most. */
  readonly delay?: readonly [number, number];
  /** Ratios of requests that it fails, and of streams that it breaks off. */
  readonly failing?: number;
  readonly cutting?: number;
}

export async function billingVendor({
  seed = 1,
  delay: [fastest, slowest] = [5, 30],
  failing = 0,
  cutting = 0,
}: VendorOptions = {}): Promise<Vendor> {
  const random = seededRandom(seed);
  const bills = new Map<string, number>();
  let billed = 0;
  const server = createServer(async (request, response) => {
    const { messages, max_completion_tokens, max_tokens, stream } = await bodyOf(request);
    if (random() < failing) {
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end('{"error":{"message":"no","type":"server_error"}}');
      return;
    }
    const text = messages.map(({ content }: { content: string }) => content).join('');
    const most = max_completion_tokens ?? max_tokens ?? 100;
    const usage = {
      prompt_tokens: 10 + Math.ceil(text.length / 3),
      completion_tokens: 1 + Math.floor(random() * most),
    };
    const id = `answer-${bills.size}`;
    const bill = 1_000 * (usage.prompt_tokens * price.input + usage.completion_tokens * price.output);
    bills.set(id, bill);
    billed += bill;
    await new Promise((resolve) => setTimeout(resolve, fastest + random() * (slowest - fastest)));
    if (stream === true) await inParts(response, id, usage, random() < cutting);
    else whole(response, id, usage);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/v1`,
    bills,
    get billed() {
      return billed;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage) {
  let body = '';
  for await (const chunk of request) body += chunk;
  return JSON.parse(body);
}

function whole(response: ServerResponse, id: string, usage: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const message = { role: 'assistant', content: 'fine' };
  response.end(JSON.stringify({ id, choices: [{ index: 0, message, finish_reason: 'stop' }], usage }));
}

async function inParts(response: ServerResponse, id: string, usage: object, cut: boolean): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (fields: object): void =>
    void response.write(`data: ${JSON.stringify({ id, ...fields })}\n\n`);
  for (const content of ['all ', 'is ', 'fine']) {
    send({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
    await new Promise((resolve) => setImmediate(resolve));
    if (cut) {
      response.destroy();
      return;
    }
  }
  send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
  send({ choices: [], usage });
  response.end('data: [DONE]\n\n');
}
