import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { estimateTokens, inputEstimate } from '../../src/pricing/estimate.ts';

/** What a prompt asks the vendor to do: `tenant/behavior/number`. */
type Behavior = 'answer' | 'fail' | 'cut' | 'abort' | 'reject' | 'hang' | 'cached';

interface Body {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages: readonly { readonly role: 'user'; readonly content: string }[];
}

/** US$ per million tokens. */
export const price = { input: 0.15, output: 0.6 } as const;

/**
 * A vendor with an OpenAI-compatible interface on loopback, which keeps its own bill. What it finishes it bills by its own count, whether or
 * not the caller is still there. What it cuts off itself it bills by the text it got and sent, estimated as a router does.
 */
export async function billingVendor() {
  /** Billionths of a US$, by `tenant model number`. */
  const bill = new Map<string, number>();
  const charge = (item: string, input: number, output: number): void => {
    const cost = Math.round(input * price.input * 1_000) + Math.round(output * price.output * 1_000);
    bill.set(item, (bill.get(item) ?? 0) + cost);
  };
  let open = 0;

  const answer = (body: Body, response: ServerResponse): void => {
    const content = body.messages[0]?.content ?? '';
    const [tenant = '', behavior = 'answer', number = '0'] = content.split('/') as [string, Behavior, string];
    const { model } = body;
    const item = `${tenant} ${model} ${number}`;
    const input = inputEstimate().estimateInput(body.messages);
    const id = `chatcmpl-${number}-${model}`;
    const first = model === 'm0';
    const wants = (name: Behavior): boolean => first && behavior === name;
    if (model === 'silent' || wants('hang')) {
      // It worked on the prompt until the caller left.
      response.on('close', () => charge(item, input, 0));
      return;
    }
    if (wants('fail')) {
      response
        .writeHead(503, { 'content-type': 'application/json' })
        .end('{"error":{"message":"no capacity"}}');
      return;
    }
    const text = wants('reject') ? 'REJECTED' : `answer number ${number} in a few words`;
    const usage = {
      prompt_tokens: 40 + (Number(number) % 60),
      completion_tokens: 10 + (Number(number) % 25),
    };
    if (body.stream !== true) {
      charge(item, usage.prompt_tokens, usage.completion_tokens);
      const message = { role: 'assistant', content: text };
      const whole = {
        id,
        object: 'chat.completion',
        model,
        usage,
        choices: [{ index: 0, message, finish_reason: 'stop' }],
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(whole));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (delta: object, more: object = {}): void => {
      const chunk = { id, object: 'chat.completion.chunk', model, choices: [{ index: 0, delta, ...more }] };
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    };
    send({ role: 'assistant', content: text });
    // A mirrored copy, which goes to m2, does not end with its caller.
    if (behavior === 'abort' && model !== 'm2') {
      response.on('close', () => charge(item, input, estimateTokens(text)));
      return;
    }
    if (wants('cut')) {
      charge(item, input, estimateTokens(text));
      response.end();
      return;
    }
    charge(item, usage.prompt_tokens, usage.completion_tokens);
    send({}, { finish_reason: 'stop' });
    response.write(
      `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', model, choices: [], usage })}\n\n`,
    );
    response.end('data: [DONE]\n\n');
  };

  const server = createServer((request, response) => {
    open += 1;
    response.on('close', () => {
      open -= 1;
    });
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => answer(JSON.parse(text) as Body, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    bill,
    /** Requests under way. */
    get open() {
      return open;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
