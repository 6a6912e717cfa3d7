import {
  createRouter,
  type Provider,
  type RequestEndEvent,
  type Router,
  type TargetOptions,
} from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { seededRandom, virtualClock } from 'signalbox/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { data } from '../conformance/fixtures/chat-completions.ts';
import { turns } from '../faults/stage.ts';
import {
  type Behavior,
  events,
  type FaultServer,
  faultServer,
  html,
  json,
  raw,
  reset,
  shortBody,
  silence,
} from '../support/fault-server.ts';
import { outcome, read, textOf } from '../support/requests.ts';

const price = { input: 1, output: 1 };
const words = 'Hello there, friend';
const usage = { prompt_tokens: 3, completion_tokens: 4 };

/** The same answer in each vendor's format, selected by the path of the request. */
const healthy: Behavior = (response, received) => {
  const { path, body } = received;
  if (path.includes('generateContent') || path.includes('GenerateContent')) {
    const gemini = {
      candidates: [{ content: { parts: [{ text: words }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4 },
    };
    return path.includes('alt=sse')
      ? events([data(gemini)])(response, received)
      : json(gemini)(response, received);
  }
  const stream = (body as { stream?: boolean }).stream === true;
  if (path.includes('messages')) {
    const message = {
      id: 'm',
      type: 'message',
      content: [{ type: 'text', text: words }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 3, output_tokens: 4 },
    };
    const event = (type: string, fields: object): string =>
      `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
    if (!stream) return json(message)(response, received);
    return events([
      event('message_start', { message: { ...message, content: [], stop_reason: null } }),
      event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: words } }),
      event('content_block_stop', { index: 0 }),
      event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 4 } }),
      event('message_stop', {}),
    ])(response, received);
  }
  if (!stream) {
    return json({ choices: [{ message: { content: words }, finish_reason: 'stop' }], usage })(
      response,
      received,
    );
  }
  return events([
    data({ choices: [{ delta: { content: 'Hello there' } }] }),
    data({ choices: [{ delta: { content: ', friend' }, finish_reason: 'stop' }] }),
    data({ choices: [], usage }),
    'data: [DONE]\n\n',
  ])(response, received);
};

/** Begins like a healthy stream, and breaks in the middle. */
const cut = (end: 'end' | 'reset' | 'silence'): Behavior =>
  events([data({ choices: [{ delta: { content: 'Hello' } }] })], end);

const cutSilently = cut('silence');

const faults: readonly Behavior[] = [
  json({ error: { message: 'no', type: 'server_error' } }, 500),
  json({ error: { message: 'no' } }, 503),
  json({ error: { code: 'slow_down' } }, 429, { 'retry-after-ms': '5' }),
  html(200),
  html(502),
  reset,
  silence,
  raw('', { 'content-type': 'application/json' }),
  shortBody({ choices: [] }),
  json({}),
  cut('end'),
  cut('reset'),
  cutSilently,
];

describe('500 overlapping requests over real sockets, with random faults on every target', () => {
  let servers: FaultServer[];
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): number => unhandled.push(reason);
  beforeEach(async () => {
    servers = await Promise.all([faultServer(), faultServer(), faultServer(), faultServer(), faultServer()]);
    process.on('unhandledRejection', onUnhandled);
  });
  afterEach(async () => {
    process.off('unhandledRejection', onUnhandled);
    await Promise.all(servers.map((server) => server.close()));
  });

  it('all succeed as long as one target is healthy, each with its own end, and leave nothing behind', async () => {
    const random = seededRandom(42);
    const clock = virtualClock();
    /** Attempts whose server says nothing more. */
    let silent = 0;
    const counted =
      (behavior: Behavior): Behavior =>
      async (response, received) => {
        await behavior(response, received);
        silent += 1;
        await received.over;
        silent -= 1;
      };
    const [a, b, c, d, e] = servers.map(({ url }) => url) as [string, string, string, string, string];
    const apiKey = 'sk-canary';
    const providers: [string, Provider][] = [
      ['openai', openai({ baseURL: a, apiKey })],
      ['anthropic', anthropic({ baseURL: b, apiKey })],
      ['google', google({ baseURL: c, apiKey })],
      ['legacy', google({ baseURL: d, apiKey, sdk: 'generative-ai' })],
      ['compatible', openaiCompatible({ name: 'house', baseURL: e, apiKey })],
    ];
    // Each of the first four breaks three requests out of five, in any way; the last one always answers.
    for (const server of servers.slice(0, 4)) {
      server.behave((response, received) => {
        const fault = random() < 0.6 ? faults[Math.floor(random() * faults.length)] : undefined;
        const isSilent = fault === silence || fault === cutSilently;
        return (isSilent ? counted(fault) : (fault ?? healthy))(response, received);
      });
    }
    servers[4]?.behave(healthy);
    const router = createRouter({
      targets: providers.map(
        ([id, provider]): TargetOptions => ({ id, provider, model: 'gemini-2.5-flash', price }),
      ),
      strategy: { name: 'shuffle', rank: (list, { random: chance }) => list.toSorted(() => chance() - 0.5) },
      random,
      interrupted: 'restart',
      timeout: { firstToken: 4_000, idle: 4_000, attempt: 6_000, request: 60_000 },
      maxAttempts: 12,
      retry: { minDelay: 5, maxDelay: 20 },
      clock,
    });
    /** Lets time pass whenever all attempts that are under way wait for a silent server, and until then none. */
    const whileTimePasses = async <T>(work: Promise<T>): Promise<T> => {
      let over = false;
      const done = work.finally(() => {
        over = true;
      });
      while (!over) {
        await turns();
        const underWay = router.stats().reduce((sum, { inFlight }) => sum + inFlight, 0);
        if (underWay <= silent) await clock.next();
      }
      return done;
    };
    const ends: RequestEndEvent[] = [];
    router.on('request-end', (event) => ends.push(event));

    const outcomes = await whileTimePasses(
      Promise.all(
        Array.from({ length: 500 }, (_, index) => {
          const request = { prompt: 'Hi' };
          const metadata = { index };
          return outcome(
            index % 2 === 0
              ? router.chat(request, { metadata }).then(({ text }) => text)
              : router.stream(request, { metadata }).then(read).then(textOf),
          );
        }),
      ),
    );
    expect(outcomes.filter((settled) => !('value' in settled) || settled.value !== words)).toEqual([]);
    expect(new Set(ends.map(({ metadata }) => metadata['index'])).size).toBe(500);
    expect(ends).toHaveLength(500);
    expect(ends.filter(({ outcome: end }) => end !== 'success')).toEqual([]);
    expect(ends.some(({ attempts }) => attempts.length > 1)).toBe(true);
    expect(router.stats().every(({ inFlight }) => inFlight === 0)).toBe(true);
    expect(JSON.stringify(ends)).not.toContain(apiKey);
    // Whatever was given up is closed: only answers that are complete leave a connection open, for the next request.
    await Promise.all(servers.flatMap(({ received }) => received.map(({ over }) => over)));
    expect(servers.map(({ pending }) => pending)).toEqual([0, 0, 0, 0, 0]);
    await router.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });
});

describe('1,000 requests that overlap at a vendor that is down: chats, streams and embeddings', () => {
  const count = 1_000;
  const prices = { primary: { input: 3, output: 5 }, fallback: { input: 7, output: 11 } };

  /** The answer has the number of its request in it, and takes as many tokens. */
  const numbered: Behavior = (response, received) => {
    const { path, body } = received;
    const number = Number(/request (\d+)/.exec(received.text)?.[1]);
    const tokens = { prompt_tokens: number + 1, completion_tokens: number };
    if (path.includes('embeddings')) {
      return json({ data: [{ index: 0, embedding: [number] }], usage: tokens })(response, received);
    }
    if ((body as { stream?: boolean }).stream !== true) {
      const choices = [{ message: { content: `answer ${number}` }, finish_reason: 'stop' }];
      return json({ choices, usage: tokens })(response, received);
    }
    return events([
      data({ choices: [{ delta: { content: 'answer ' } }] }),
      data({ choices: [{ delta: { content: `${number}` }, finish_reason: 'stop' }] }),
      data({ choices: [], usage: tokens }),
      'data: [DONE]\n\n',
    ])(response, received);
  };
  const unavailable = json({ error: { type: 'server_error' } }, 503);
  /** Refuses no request until all have arrived: then none can have learned from another. */
  const downForAll = (): Behavior => {
    const waiting: (() => void)[] = [];
    return (response, received) => {
      waiting.push(() => void unavailable(response, received));
      if (waiting.length === count) for (const refuse of waiting) refuse();
    };
  };

  interface Answered {
    readonly said: string;
    readonly cost: number | undefined;
    readonly attempts: RequestEndEvent['attempts'];
  }
  const ways: readonly ((router: Router, number: number) => Promise<Answered>)[] = [
    async (router, number) => {
      const prompt = `request ${number}`;
      const { text, cost, attempts } = await router.chat({ prompt }, { metadata: { number } });
      return { said: text, cost: cost?.total, attempts };
    },
    async (router, number) => {
      const prompt = `request ${number}`;
      const stream = await router.stream({ prompt }, { metadata: { number } });
      const said = textOf(await read(stream));
      const { cost, attempts } = await stream.result;
      return { said, cost: cost?.total, attempts };
    },
    async (router, number) => {
      const values = [`request ${number}`];
      const { embeddings, cost, attempts } = await router.embed({ values }, { metadata: { number } });
      return { said: `answer ${embeddings[0]?.join()}`, cost: cost?.total, attempts };
    },
  ];
  const askAll = (router: Router): Promise<Answered[]> =>
    Promise.all(
      Array.from({ length: count }, async (_, number) => {
        const ask = ways[number % ways.length];
        if (ask === undefined) throw new Error('no way to ask');
        return ask(router, number);
      }),
    );
  /** Each its own answer, for its own price. */
  const expected = Array.from({ length: count }, (_, number) => {
    const output = number % ways.length === 2 ? 0 : number;
    return {
      said: `answer ${number}`,
      cost: ((number + 1) * prices.fallback.input + output * prices.fallback.output) / 1e6,
    };
  });
  const courseOf = ({ attempts }: Answered): string =>
    attempts.map(({ target, outcome: came, error }) => `${target} ${error?.status ?? came}`).join(', ');

  let closed: readonly Answered[];
  let open: readonly Answered[];
  let hits: { readonly closed: number; readonly open: number };
  const bill = new Map<unknown, (number | undefined)[]>();
  beforeAll(async () => {
    const [primary, fallback] = await Promise.all([faultServer(downForAll()), faultServer(numbered)]);
    const target = (id: 'primary' | 'fallback', { url }: FaultServer): TargetOptions => ({
      provider: openai({ baseURL: url, apiKey: 'k' }),
      model: 'm',
      id,
      price: prices[id],
    });
    const router = createRouter({
      targets: [target('primary', primary), target('fallback', fallback)],
      breaker: { openFor: Infinity, maxOpenFor: Infinity },
      // On a busy machine all of them take long, which says nothing about a target.
      timeout: {
        attempt: Infinity,
        request: Infinity,
        connect: Infinity,
        response: Infinity,
        firstToken: Infinity,
        idle: Infinity,
      },
    });
    router.on('usage', ({ metadata, cost }) => {
      bill.set(metadata['number'], [...(bill.get(metadata['number']) ?? []), cost?.total]);
    });
    closed = await askAll(router);
    const first = primary.received.length;
    primary.behave(unavailable);
    open = await askAll(router);
    hits = { closed: first, open: primary.received.length - first };
    await router.close();
    await Promise.all([primary.close(), fallback.close()]);
  });

  it('each is refused by the first target and answered by the second', () => {
    expect(new Set(closed.map(courseOf))).toEqual(new Set(['primary 503, fallback success']));
    expect(hits.closed).toBe(count);
  });

  it('each gets its own answer', () => {
    expect(closed.map(({ said }) => said)).toEqual(expected.map(({ said }) => said));
    expect(open.map(({ said }) => said)).toEqual(expected.map(({ said }) => said));
  });

  it('none has an attempt of another one’s', () => {
    expect(new Set(closed.flatMap(({ attempts }) => attempts)).size).toBe(2 * count);
    expect(new Set(open.flatMap(({ attempts }) => attempts)).size).toBe(count);
  });

  it('each is charged for its own answer, once', () => {
    for (const [number, { cost }] of expected.entries()) {
      const charged = [closed[number]?.cost, open[number]?.cost];
      for (const sum of charged) expect(sum).toBeCloseTo(cost, 12);
      expect(bill.get(number)).toEqual(charged);
    }
    expect(bill.size).toBe(count);
  });

  it('once the breaker is open, all go to the second target at once', () => {
    expect(new Set(open.map(courseOf))).toEqual(new Set(['fallback success']));
    expect(hits.open).toBe(0);
  });
});
