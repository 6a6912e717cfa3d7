// A vendor that breaks in the one way that a scenario of Failover Bench is about. Which fault, is in the name of the model, as
// there: `fb-ok` is well, `fb-ok-noprefill` as well but for half-written answers, `fb-s08-…` has the eighth fault.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from 'signalbox';

/** The answer to everything, of sixty words: as many as the benchmark's, so that its figures mean the same. */
export const wholeAnswer = [
  'Trust in a router is earned on bad days and on no others.',
  'A vendor says no, says nothing, or says half of a sentence and hangs up, and whoever asked still wants an answer.',
  'These are sixty words, so that one that ends after forty can be told from a whole one, however politely it had been handed over.',
].join(' ');

/** What time it is for all sides of a scenario: the vendor, the caller and the router. */
export interface Timing {
  readonly clock: Clock;
  /** The vendor sends nothing on this socket until the function that this returns is called. */
  readonly leave?: (socket: Socket) => () => void;
}

/** One request as the vendor saw it. */
export interface Arrival {
  /** Seconds since the scenario began. */
  readonly at: number;
  readonly model: string;
  readonly promptTokens: number;
  /** What became of it. */
  action: string;
}

export interface Vendor {
  /** With the path that SDKs want. */
  readonly baseURL: string;
  readonly arrivals: readonly Arrival[];
  /** Forgets all arrivals; outages begin now. */
  begin(): void;
  close(): Promise<void>;
}

interface Asked {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly stream_options?: { readonly include_usage?: boolean };
}

/** A request on its way to an answer. */
interface Call {
  readonly arrival: Arrival;
  readonly asked: Asked;
  /** 1 for the first one of this model. */
  readonly attempt: number;
  readonly response: ServerResponse;
  /** Waits, but no longer than somebody listens. */
  pause(ms: number): Promise<void>;
}

/** How a streamed answer differs from a good one. */
interface Flaw {
  /** Milliseconds of silence after the headers. */
  readonly firstAfter?: number;
  /** After how many words the connection is closed, and how many milliseconds of silence come before that. */
  readonly closeAfter?: number;
  readonly silence?: number;
  /** Before which word a chunk comes that is no JSON. */
  readonly malformedAt?: number;
  readonly noDone?: true;
}

type Fault = (call: Call) => Promise<void> | void;

const flaw =
  (what: Flaw): Fault =>
  (call) =>
    answer(call, what);
/** Only the first attempt gets it. */
const first =
  (fault: Fault): Fault =>
  (call) =>
    call.attempt === 1 ? fault(call) : answer(call);
const limited =
  (headers: Record<string, string> = {}): Fault =>
  (call) =>
    refuse(call, 429, 'rate_limit_error', 'rate_limit_exceeded', headers);
const overloaded: Fault = (call) => refuse(call, 503, 'server_error', 'overloaded');
const down = 60;

const faults: Readonly<Record<string, Fault>> = {
  s01: first(limited({ 'retry-after': '2' })),
  s02: limited(),
  s03: first((call) => refuse(call, 500, 'server_error', null)),
  s04: overloaded,
  s05: first(({ arrival, response }) => {
    arrival.action = 'reset';
    response.socket?.resetAndDestroy();
  }),
  s06: async ({ arrival, response, pause }) => {
    arrival.action = 'no response';
    await pause(120_000);
    response.socket?.end();
  },
  s07: flaw({ firstAfter: 20_000 }),
  s08: flaw({ closeAfter: 40 }),
  s09: flaw({ closeAfter: 20, silence: 30_000 }),
  s10: flaw({ malformedAt: 10 }),
  s11: flaw({ noDone: true }),
  s12: (call) => refuse(call, 400, 'invalid_request_error', 'context_length_exceeded'),
  s13: (call) => refuse(call, 400, 'invalid_request_error', 'content_policy_violation'),
  s14: flaw({ closeAfter: 40 }),
  s15: (call) => (call.arrival.at < down ? overloaded(call) : answer(call)),
  s16: overloaded,
};

/** Half-written answers are not taken, and it says so as some vendors do. */
const noPrefill: Fault = (call) =>
  call.asked.messages.at(-1)?.role === 'assistant'
    ? refuse(call, 400, 'invalid_request_error', 'invalid_prefill')
    : answer(call);

function faultOf(model: string): Fault {
  if (model === 'fb-ok') return (call) => answer(call);
  if (model === 'fb-ok-noprefill') return noPrefill;
  const fault = faults[model.slice(3, 6)];
  return fault ?? ((call) => refuse(call, 404, 'invalid_request_error', 'model_not_found'));
}

/** The vendor, over real sockets. */
export async function failingVendor({ clock, leave }: Timing): Promise<Vendor> {
  let startedAt = clock.now();
  let arrivals: Arrival[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(async (request, response) => {
    let text = '';
    request.setEncoding('utf8');
    for await (const chunk of request) text += chunk;
    const asked: Asked = JSON.parse(text);
    const promptTokens = asked.messages.reduce((sum, { content }) => sum + String(content).length, 0);
    const arrival: Arrival = {
      at: (clock.now() - startedAt) / 1_000,
      model: asked.model,
      promptTokens,
      action: '',
    };
    arrivals.push(arrival);
    const pause = (ms: number): Promise<void> => pauseFor(ms, response, clock, leave);
    const attempt = arrivals.filter(({ model }) => model === asked.model).length;
    await faultOf(asked.model)({ arrival, asked, attempt, response, pause });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    get arrivals() {
      return arrivals;
    },
    begin() {
      startedAt = clock.now();
      arrivals = [];
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function refuse(
  { arrival, response }: Call,
  status: number,
  type: string,
  code: string | null,
  headers: Record<string, string> = {},
): void {
  arrival.action = `${status}`;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ error: { message: 'no', type, param: null, code } }));
}

const words = wholeAnswer.split(' ');

async function answer(call: Call, what: Flaw = {}): Promise<void> {
  const { arrival, asked, response, pause } = call;
  arrival.action = '200';
  const usage = { prompt_tokens: 21, completion_tokens: words.length, total_tokens: 21 + words.length };
  const facts = { id: 'chatcmpl-fb', created: 1, model: asked.model };
  if (asked.stream !== true) {
    const message = { role: 'assistant', content: wholeAnswer };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...facts, object: 'chat.completion', choices, usage }));
    return;
  }
  const say = (text: string): Promise<void> =>
    new Promise((resolve) => {
      if (response.destroyed) resolve();
      else response.write(`data: ${text}\n\n`, () => resolve());
    });
  const chunk = (rest: object): Promise<void> =>
    say(JSON.stringify({ ...facts, object: 'chat.completion.chunk', ...rest }));
  const delta = (content: object, reason: string | null = null): Promise<void> =>
    chunk({ choices: [{ index: 0, delta: content, finish_reason: reason }] });
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.flushHeaders();
  if (what.firstAfter !== undefined) await pause(what.firstAfter);
  await delta({ role: 'assistant', content: '' });
  for (const [index, word] of words.entries()) {
    if (response.destroyed) return;
    if (index === what.closeAfter) {
      if (what.silence !== undefined) await pause(what.silence);
      response.socket?.end(); // without the chunk that would end the body
      return;
    }
    if (index === what.malformedAt) await say('{"id": "chatcmpl-fb", "choices": [{"delta": {"content": ');
    await delta({ content: index === 0 ? word : ` ${word}` });
    await pause(15);
  }
  await delta({}, 'stop');
  if (asked.stream_options?.include_usage === true) await chunk({ choices: [], usage });
  if (what.noDone !== true) await say('[DONE]');
  response.end();
}

function pauseFor(ms: number, response: ServerResponse, clock: Clock, leave: Timing['leave']): Promise<void> {
  return new Promise((resolve) => {
    const { socket } = response;
    const back = socket === null ? undefined : leave?.(socket);
    const done = (): void => {
      cancel();
      back?.();
      response.off('close', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    response.once('close', done);
  });
}
