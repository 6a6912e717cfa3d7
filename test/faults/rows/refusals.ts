import { inspect } from 'node:util';
import { isRouterError, type RouterEvent } from 'signalbox';
import type { Wire } from '../../conformance/suite.ts';
import { type Behavior, events, html, json, raw } from '../../support/fault-server.ts';
import { outcome } from '../../support/requests.ts';
import {
  ask,
  attemptInWords,
  eachWay,
  type Facts,
  failsOver,
  healthy,
  onStage,
  type Row,
  type Stage,
  type StageOptions,
  tell,
  until,
  verdict,
} from '../stage.ts';
import { all, chatCompletions, isGoogle, ownTransport, refuse, type Vendor, words } from '../vendors.ts';

const minute = 60_000;
const hour = 60 * minute;

/** T1 refuses once, and is left alone until it may be asked again: to the millisecond, in virtual time. */
export async function leftAlone(vendor: Vendor, refusal: Behavior, pause: number) {
  return onStage(vendor, {}, async (stage) => {
    stage.t1.behave(refusal, healthy(vendor, words));
    const first = await ask(stage, 'chat').seen;
    const against = verdict(stage);
    await stage.clock.advance(pause - 1);
    const before = await ask(stage, 'chat').seen;
    await stage.clock.advance(1);
    const after = await ask(stage, 'chat').seen;
    return {
      ...first,
      against,
      before: before['answer'],
      after: after['answer'],
      afterwards: verdict(stage),
    };
  });
}

export const leftAloneSo = (kind: string, against: string) => ({
  answer: 'T2',
  attempts: [`T1 ${kind}`, 'T2 success'],
  hits: 1,
  against,
  before: 'T2',
  after: 'T1',
  afterwards: 'nothing',
});

/** Retry-After as a date, by a server whose clock is a day behind. */
function httpDate(vendor: Vendor): Behavior {
  const now = Math.floor(Date.now() / 1000) * 1000 - 24 * hour;
  const date = (ms: number): string => new Date(ms).toUTCString();
  return json(vendor.refusal('rate-limit').body, 429, { date: date(now), 'retry-after': date(now + 7_000) });
}

const gemini429 = (message: string, details: readonly object[] = []): Behavior =>
  json({ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message, details } }, 429);
const retryInfo = (retryDelay: string) => ({
  '@type': 'type.googleapis.com/google.rpc.RetryInfo',
  retryDelay,
});
const quotaFailure = (quotaId: string) => ({
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: [{ quotaId }],
});

export const attemptsEnded = (stage: Stage): number =>
  stage.events.filter((event: RouterEvent) => event.type === 'attempt-end').length;

/** How eight vendors and more say that a prompt is too long. */
const tooLong: readonly (readonly [status: number, body: object])[] = [
  [400, { error: { code: 'context_length_exceeded', type: 'invalid_request_error', message: 'no' } }],
  [400, { error: { message: 'Your input exceeds the context window of this model.' } }],
  [400, { error: { message: 'Input tokens exceed the configured limit of 272000 tokens.' } }],
  [400, { error: { message: "This model's maximum context length is 4096 tokens. You asked for 5000." } }],
  [400, { type: 'error', error: { type: 'invalid_request_error', message: 'prompt is too long: 2 > 1' } }],
  [413, { error: { type: 'request_too_large', message: 'no' } }],
  [400, { error: { code: 400, message: 'The input token count (9) exceeds the maximum (8).' } }],
  [400, { object: 'error', message: 'The maximum context length is 4096 tokens.', type: 'BadRequestError' }],
  [400, { message: 'Input is too long for requested model.' }],
  [422, { error: { message: 'This endpoint’s maximum context length is 32768 tokens.' } }],
];

/** All that the older SDK says of something that is no stream is that it cannot parse it. */
const unparsed = { kind: 'malformed', against: 'failing' };

const otherStatus = (vendor: Vendor): number => (vendor.name === 'anthropic' ? 529 : 503);

/** What vendors say over HTTP when they fail, or instead of an answer. */
export const refusals: readonly Row[] = [
  failsOver({
    number: 1,
    fault: '500',
    vendors: all,
    does: (vendor) => refuse(vendor, 'server'),
    failure: () => ({ kind: 'server', against: 'failing' }),
  }),
  {
    number: 2,
    fault: '500 five times in a row, in traffic; three times where there is little',
    vendors: all,
    expected: () => ({
      inTraffic: { answers: ['T2', 'T2', 'T2', 'T2', 'T2', 'T2'], hits: 5, against: 'failing' },
      inLittle: { answers: ['T2', 'T2', 'T2', 'T2'], hits: 3, against: 'failing' },
    }),
    async play(vendor) {
      const run = (good: number, bad: number) =>
        onStage(vendor, {}, async (stage) => {
          for (let count = 0; count < good; count++) await ask(stage, 'chat').seen;
          stage.t1.behave(refuse(vendor, 'server'));
          const answers: unknown[] = [];
          for (let count = 0; count < bad; count++) answers.push((await ask(stage, 'chat').seen)['answer']);
          return { answers, hits: stage.t1.received.length - good, against: verdict(stage) };
        });
      return { inTraffic: await run(20, 6), inLittle: await run(0, 4) };
    },
  },
  {
    number: 3,
    fault: '429 that says to come back after 7 s',
    vendors: all,
    expected: () => leftAloneSo('rate-limit', 'cooling-down'),
    play: (vendor) => leftAlone(vendor, vendor.later(7_000), 7_000),
  },
  {
    number: 4,
    fault: '429 with Retry-After as a date, by a clock that is a day slow',
    vendors: all.filter((name) => !isGoogle(name)),
    expected: () => leftAloneSo('rate-limit', 'cooling-down'),
    play: (vendor) => leftAlone(vendor, httpDate(vendor), 7_000),
  },
  {
    number: 5,
    fault: '429 that says to come back after 150 ms, no other target',
    vendors: all,
    expected: () => ({ after149: 1, answer: 'T1', attempts: ['T1 rate-limit', 'T1 success'], hits: 2 }),
    play: (vendor) =>
      onStage(vendor, { targets: ['T1'], random: () => 0 }, async (stage) => {
        stage.t1.behave(vendor.later(150), healthy(vendor, words));
        const { seen } = ask(stage, 'chat');
        await until(() => attemptsEnded(stage) === 1);
        await stage.clock.advance(149);
        const after149 = stage.t1.received.length;
        await stage.clock.advance(1);
        return { after149, ...(await seen) };
      }),
  },
  {
    number: 6,
    fault: '429 that says to come back after 100,000 s, no other target, 5 s to go',
    vendors: all,
    expected: () => ({ code: 'all-targets-failed', waited: 0, hits: 1, comesBackAfter: 24 * hour }),
    play: (vendor) =>
      onStage(vendor, { targets: ['T1'], timeout: { request: 5_000 } }, async ({ t1, clock, router }) => {
        t1.behave(vendor.later(100_000_000));
        const settled = await outcome(router.chat({ prompt: 'Hi' }));
        const error = 'value' in settled ? undefined : settled.error;
        const retryAt = isRouterError(error, 'all-targets-failed') ? (error.retryAt ?? 0) : 0;
        return {
          code: tell(error),
          waited: clock.now(),
          hits: t1.received.length,
          comesBackAfter: retryAt - clock.date(),
        };
      }),
  },
  {
    number: 7,
    fault: 'no credit left',
    vendors: all.filter((name) => !isGoogle(name)),
    expected: () => leftAloneSo('quota', 'cooling-down, with its key and address'),
    play: (vendor) =>
      leftAlone(vendor, refuse(vendor, 'quota'), vendor.name === 'anthropic' ? hour : 15 * minute),
  },
  {
    number: 8,
    fault: 'Gemini 429 per minute, RetryInfo 34.07 s',
    vendors: ['google', 'google-legacy'],
    expected: () => leftAloneSo('rate-limit', 'cooling-down'),
    play: (vendor) =>
      leftAlone(
        vendor,
        gemini429('Quota exceeded', [
          quotaFailure('GenerateRequestsPerMinutePerProject'),
          retryInfo('34.07s'),
        ]),
        34_070,
      ),
  },
  {
    number: 9,
    fault: 'Gemini 429 per day; and with no quota at all',
    vendors: ['google', 'google-legacy'],
    expected: () => ({
      day: leftAloneSo('quota', 'cooling-down'),
      none: leftAloneSo('not-found', 'misconfigured'),
    }),
    play: async (vendor) => ({
      day: await leftAlone(
        vendor,
        gemini429('Quota exceeded for GenerateRequestsPerDayPerProject. Please retry in 10h17m5.72s.', [
          quotaFailure('GenerateRequestsPerDayPerProjectPerModel'),
        ]),
        37_025_720,
      ),
      none: await leftAlone(vendor, gemini429('Quota exceeded for metric: requests, limit: 0'), 10 * minute),
    }),
  },
  failsOver({
    number: 10,
    fault: 'overloaded, by its HTTP status',
    vendors: all,
    does: (vendor) => json(vendor.refusal('overloaded').body, otherStatus(vendor)),
    failure: () => ({ kind: 'overloaded', against: 'failing' }),
  }),
  failsOver({
    number: 14,
    fault: 'an error with code 502 as a 200 answer',
    vendors: all,
    ways: ['chat'],
    does: () => json({ error: { code: 502, message: 'Provider returned error' } }),
    failure: () => ({ kind: 'server', against: 'failing' }),
  }),
  failsOver({
    number: 15,
    fault: 'an error as JSON, status 200, instead of a stream',
    vendors: all,
    ways: ['stream'],
    does: () => json({ error: { code: 502, message: 'Provider returned error' } }),
    failure: (vendor) =>
      vendor.name === 'google-legacy' ? unparsed : { kind: 'server', against: 'failing' },
  }),
  failsOver({
    number: 16,
    fault: 'a web page with status 200',
    vendors: all,
    does: () => html(200),
    failure: ({ name }) =>
      name === 'google-legacy'
        ? unparsed
        : { kind: 'malformed', against: 'failing, with its key and address' },
  }),
  {
    number: 39,
    fault: 'too long for the model; the next target has as little room, the one after that more',
    vendors: all,
    expected: () => ({
      larger: { answer: 'T3', attempts: ['T1 context-length', 'T3 success'], hits: 1 },
      none: { answer: 'all-targets-failed', attempts: ['T1 context-length'], hits: 1 },
      against: 'nothing',
    }),
    play: (vendor) =>
      onStage(
        vendor,
        {
          targets: ['T1', 'T2', 'T3'],
          routes: { none: { targets: ['T1', 'T2'] } },
          more: {
            T1: { capabilities: { contextLength: 8_000 } },
            T2: { capabilities: { contextLength: 8_000 } },
            T3: { capabilities: { contextLength: 200_000 } },
          },
        },
        async (stage) => {
          stage.t1.behave(refuse(vendor, 'context-length'));
          const larger = await ask(stage, 'chat').seen;
          const none = await ask(stage, 'chat', { route: 'none' }).seen;
          return { larger, none, against: verdict(stage) };
        },
      ),
  },
  {
    number: 40,
    fault: 'too long for the model, in ten wordings',
    vendors: chatCompletions,
    expected: () => ({ kinds: tooLong.map(() => 'T1 context-length'), against: 'nothing' }),
    play: (vendor) =>
      onStage(vendor, {}, async (stage) => {
        const kinds: unknown[] = [];
        for (const [status, body] of tooLong) {
          stage.t1.behave(json(body, status));
          const { attempts } = await ask(stage, 'chat').seen;
          kinds.push((attempts as string[])[0]);
        }
        return { kinds, against: verdict(stage) };
      }),
  },
  {
    number: 41,
    fault: 'an answer withheld by the vendor',
    vendors: all,
    expected: () => {
      const first = { finishReason: 'content-filter', hits: 1 };
      const other = {
        answer: 'T2',
        attempts: ['T1 content-filter', 'T2 success'],
        hits: 1,
        against: 'nothing',
      };
      return { chat: { first, other }, stream: { first, other } };
    },
    play: (vendor) =>
      eachWay((how) =>
        onStage(
          vendor,
          { routes: { careful: { targets: ['T1', 'T2'], fallbackOn: ['content-filter'] } } },
          async (stage) => {
            const wire = vendor.wires['finish: content filter'] as Wire;
            stage.t1.behave(how === 'chat' ? json(wire.answer) : events(wire.stream));
            const request = { prompt: 'Hi' };
            const { finishReason } =
              how === 'chat'
                ? await stage.router.chat(request)
                : await stage.router.stream(request).then(async (stream) => {
                    for await (const _ of stream);
                    return stream.result;
                  });
            const first = { finishReason, hits: stage.t1.received.length };
            const other = await ask(stage, how, { route: 'careful' }).seen;
            return { first, other: { ...other, against: verdict(stage) } };
          },
        ),
      ),
  },
  {
    number: 42,
    fault: 'one key is refused, another one is not: two keys of one target; two targets',
    vendors: all,
    expected: () => ({
      pool: {
        answer: 'T1',
        attempts: ['T1 auth', 'T1 success'],
        hits: 2,
        against: 'nothing',
        next: { answer: 'T1', attempts: ['T1 success'], hits: 1 },
      },
      targets: {
        answer: `spare: ${words}`,
        attempts: ['T1 auth', 'spare success'],
        hits: 2,
        against: 'misconfigured, with its key and address',
        next: { answer: `spare: ${words}`, attempts: ['spare success'], hits: 1 },
      },
    }),
    async play(vendor) {
      const [first, spare] = ['sk-first-0123456789', 'sk-spare-0123456789'];
      const price = { input: 1, output: 1 };
      const twice = (options: StageOptions): Promise<Facts> =>
        onStage(vendor, options, async (stage) => {
          const well = healthy(vendor, words);
          let refused: string | undefined;
          stage.t1.behave((response, received) => {
            const [key] = /sk-(first|spare)/.exec(JSON.stringify([received.headers, received.path])) ?? [];
            refused ??= key; // whichever is used first
            return (key === refused ? refuse(vendor, 'auth') : well)(response, received);
          });
          const seen = await ask(stage, 'chat').seen;
          const next = await ask(stage, 'chat').seen;
          return { ...seen, against: verdict(stage), next };
        });
      return {
        pool: await twice({ first: (url) => vendor.withKeys(url, [first, spare]) }),
        targets: await twice({
          targets: ['T1', 'spare', 'T2'],
          first: (url) => vendor.create(url, first),
          extra: (url) => [{ id: 'spare', provider: vendor.create(url, spare), model: vendor.model, price }],
        }),
      };
    },
  },
  {
    number: 43,
    fault: '400 for a request that is wrong',
    vendors: all,
    expected: () => {
      const seen = {
        answer: 'bad-request',
        attempts: ['T1 bad-request'],
        hits: 1,
        others: 0,
        against: 'nothing',
      };
      return { chat: seen, stream: seen };
    },
    play: (vendor) =>
      eachWay((how) =>
        onStage(vendor, { targets: ['T1', 'T2', 'T3'] }, async (stage) => {
          stage.t1.behave(refuse(vendor, 'bad-request'));
          const seen = await ask(stage, how).seen;
          const others = stage.t2.received.length + stage.t3.received.length;
          return { ...seen, others, against: verdict(stage) };
        }),
      ),
  },
  {
    number: 44,
    fault: 'no such model',
    vendors: all,
    expected: () => leftAloneSo('not-found', 'misconfigured'),
    play: (vendor) => leftAlone(vendor, refuse(vendor, 'not-found'), 10 * minute),
  },
  {
    number: 45,
    fault: '307 to another origin',
    vendors: ownTransport,
    expected: () => {
      const seen = { answer: 'bad-request', attempts: ['T1 bad-request'], hits: 1, otherOrigin: 0 };
      return { chat: seen, stream: seen };
    },
    play: (vendor) =>
      eachWay((how) =>
        onStage(vendor, {}, async (stage) => {
          stage.t1.behave(raw('', { location: stage.t3.url }, 307));
          return { ...(await ask(stage, how).seen), otherOrigin: stage.t3.received.length };
        }),
      ),
  },
  {
    number: 52,
    fault: 'every target answers 500, with the prompt and the key in it',
    vendors: all,
    expected: () => ({
      answer: 'all-targets-failed',
      attempts: ['T1 server', 'T2 server', 'T1 server'],
      hits: 2,
      within: true,
      shown: false,
    }),
    play: (vendor) =>
      onStage(vendor, { timeout: { request: 5_000 } }, async (stage) => {
        const echo: Behavior = (response, received) =>
          json({ error: { message: `${received.text} ${JSON.stringify(received.headers)}` } }, 500)(
            response,
            received,
          );
        stage.t1.behave(echo);
        stage.t2.behave(echo);
        const failing = outcome(stage.router.chat({ prompt: 'canary-prompt' }));
        await until(() => attemptsEnded(stage) === 2);
        await stage.clock.advance(1_000);
        const settled = await failing;
        const error = 'error' in settled ? settled.error : undefined;
        const shown = inspect([error, String(error), stage.events, stage.router.stats()], {
          depth: 20,
          showHidden: true,
        });
        return {
          answer: tell(error),
          attempts: isRouterError(error, 'all-targets-failed') ? error.attempts.map(attemptInWords) : [],
          hits: stage.hits(),
          within: stage.clock.now() < 5_000,
          shown: /canary/.test(shown),
        };
      }),
  },
  {
    number: 53,
    fault: 'every breaker is open',
    vendors: all,
    expected: () => ({
      open: { T1: 'failing', T2: 'failing' },
      answer: 'T1',
      attempts: ['T1 success'],
      hits: 1,
    }),
    play: (vendor) =>
      onStage(vendor, { retry: false }, async (stage) => {
        stage.t1.behave(refuse(vendor, 'server'));
        stage.t2.behave(json({ error: { message: 'no' } }, 500));
        for (const id of ['T1', 'T2']) {
          for (let count = 0; count < 3; count++) await ask(stage, 'chat', { route: id }).seen;
        }
        const open = Object.fromEntries(
          stage.router
            .stats()
            .filter(({ id }) => id === 'T1' || id === 'T2')
            .map(({ id, health }) => [id, health]),
        );
        stage.t1.behave(healthy(vendor, words));
        return { open, ...(await ask(stage, 'chat').seen) };
      }),
  },
  {
    number: 69,
    fault: '429 from the second target while the first one is out',
    vendors: all,
    expected: () => ({
      first: { answer: 'T3', attempts: ['T1 overloaded', 'T2 rate-limit', 'T3 success'], hits: 1 },
      second: { answer: 'T3', attempts: ['T1 overloaded', 'T3 success'], hits: 1 },
      T2: 'cooling-down',
    }),
    play: (vendor) =>
      onStage(vendor, { targets: ['T1', 'T2', 'T3'] }, async (stage) => {
        stage.t1.behave(refuse(vendor, 'overloaded'));
        stage.t2.behave(json({ error: { message: 'slow down' } }, 429, { 'retry-after': '30' }));
        const first = await ask(stage, 'chat').seen;
        const second = await ask(stage, 'chat').seen;
        return { first, second, T2: stage.router.stats().find(({ id }) => id === 'T2')?.health };
      }),
  },
];
