import { balanced, highestThroughput, leastBusy, lowestLatency } from 'signalbox';
import { seededRandom } from 'signalbox/testing';
import { type Behavior, events, json } from '../../support/fault-server.ts';
import {
  ask,
  eachWay,
  type Facts,
  healthy,
  onStage,
  type Row,
  type StageOptions,
  turns,
  until,
} from '../stage.ts';
import { all, type How, ownTransport, refuse, type Vendor, words } from '../vendors.ts';
import { attemptsEnded, leftAlone, leftAloneSo } from './refusals.ts';

/** The vendor's error body with another message and other details. */
function worded(
  vendor: Vendor,
  kind: 'rate-limit' | 'overloaded' | 'server',
  message: string,
  details: readonly object[] = [],
): object {
  const { body } = vendor.refusal(kind);
  const { error } = body as { readonly error: object };
  return { ...(body as object), error: { ...error, message, details } };
}

/** Vendors whose SDK hides the headers of a failure say it in the body. */
const hidesHeaders = (vendor: Vendor): boolean => !ownTransport.includes(vendor.name);

/** A failure that says to come back after so many seconds: by Retry-After where that can be seen, else as Google's APIs do. */
function comeBack(vendor: Vendor, kind: 'overloaded' | 'server', status: number, seconds: number) {
  if (!hidesHeaders(vendor)) {
    return json(vendor.refusal(kind).body, status, { 'retry-after': String(seconds) });
  }
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${seconds}s` }];
  return json(worded(vendor, kind, 'Try again later', details), status);
}

/** The only target refuses once: how long the request waits for it, and how often it is asked meanwhile. */
async function alone(vendor: Vendor, refusal: Behavior, wait: number): Promise<Facts> {
  return onStage(vendor, { targets: ['T1'] }, async (stage) => {
    stage.t1.behave(refusal, healthy(vendor, words));
    const { seen } = ask(stage, 'chat');
    await until(() => attemptsEnded(stage) === 1);
    if (wait > 0) await stage.clock.advance(wait - 1);
    const before = stage.t1.received.length;
    if (wait > 0) await stage.clock.advance(1);
    return { ...(wait > 0 ? { before } : {}), ...(await seen), waited: stage.clock.now() };
  });
}

/** A date of the past, or none at all, both by headers of a vendor that shows them. */
function overdue(vendor: Vendor) {
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  const headers = { date: new Date(now).toUTCString(), 'retry-after': new Date(now - 60_000).toUTCString() };
  return json(vendor.refusal('rate-limit').body, 429, headers);
}

/** T1's answer with headers by which its limit on requests is used up, and full again in so many seconds. */
function usedUp(vendor: Vendor, how: How, limit: number, seconds: number): Behavior {
  const { answer, stream } = vendor.said(words);
  const at = new Date(Math.ceil(Date.now() / 1_000) * 1_000);
  const headers =
    vendor.name === 'anthropic'
      ? {
          date: at.toUTCString(),
          'anthropic-ratelimit-requests-limit': `${limit}`,
          'anthropic-ratelimit-requests-remaining': '0',
          'anthropic-ratelimit-requests-reset': new Date(at.getTime() + seconds * 1_000).toISOString(),
        }
      : {
          'x-ratelimit-limit-requests': `${limit}`,
          'x-ratelimit-remaining-requests': '0',
          'x-ratelimit-reset-requests': `${seconds}s`,
        };
  return how === 'chat' ? json(answer, 200, headers) : events(stream, 'end', headers);
}

/** One request by which a vendor's forecast is known, and what comes of the next one. */
async function forecast(
  vendor: Vendor,
  how: How,
  targets: readonly string[],
  limit: number,
  wait: number,
): Promise<Facts> {
  return onStage(vendor, { targets }, async (stage) => {
    stage.t1.behave(usedUp(vendor, how, limit, 42));
    await ask(stage, how).seen;
    const { seen } = ask(stage, how);
    await turns();
    await stage.clock.advance(Math.max(0, wait - 1));
    await turns();
    const before = stage.t1.received.length - 1;
    if (wait > 0) await stage.clock.advance(1);
    const { answer, hits } = await seen;
    return { answer, hits, ...(wait > 0 ? { before } : {}), waited: stage.clock.now() };
  });
}

/** Strategies that rank by what was measured. */
const measured = [lowestLatency(), highestThroughput(), balanced(), leastBusy()];

/** T1 fails every request and T2 answers all of them: how often T1 is asked first, by each strategy. */
async function alwaysFailing(vendor: Vendor, refusal: Behavior, options: StageOptions): Promise<Facts> {
  const seen: Record<string, Facts> = {};
  for (const strategy of measured) {
    const more = { ...options, strategy, random: seededRandom(7), realTime: true } as const;
    seen[strategy.name] = await onStage(vendor, more, async (stage) => {
      stage.t1.behave(refusal);
      const answers = new Set<unknown>();
      for (let count = 0; count < 30; count++) answers.add((await ask(stage, 'stream').seen)['answer']);
      return { answers: [...answers], askedRarely: stage.t1.received.length <= 6 };
    });
  }
  return seen;
}

/** Whose fault a failure is, and what follows from it. */
export const evidence: readonly Row[] = [
  {
    number: 72,
    fault: 'an answer after which little is left of a limit, full again in 42 s; the vendor refuses nothing',
    vendors: ownTransport,
    expected: () => {
      const fills = { answer: 'T1', hits: 1, before: 0, waited: 2_000 };
      const tooLong = { answer: 'T1', hits: 1, waited: 0 };
      const seen = { fills, tooLong, moves: { answer: 'T2', hits: 0, waited: 0 } };
      return { chat: seen, stream: seen };
    },
    play: (vendor) =>
      eachWay(async (how) => ({
        fills: await forecast(vendor, how, ['T1'], 21, 2_000),
        // Longer than queue.maxWait.
        tooLong: await forecast(vendor, how, ['T1'], 1, 0),
        moves: await forecast(vendor, how, ['T1', 'T2'], 1, 0),
      })),
  },
  {
    number: 73,
    fault: 'when to come back, by other spellings and on other statuses than 429',
    vendors: all,
    expected: (vendor) => ({
      inWords: leftAloneSo('rate-limit', 'cooling-down'),
      inMinutes: leftAloneSo('rate-limit', 'cooling-down'),
      overloaded: leftAloneSo('overloaded', 'cooling-down'),
      broken: leftAloneSo('server', 'cooling-down'),
      alone: { before: 1, answer: 'T1', attempts: ['T1 overloaded', 'T1 success'], hits: 2, waited: 30_000 },
      ...(hidesHeaders(vendor)
        ? {}
        : { overdue: { answer: 'T1', attempts: ['T1 rate-limit', 'T1 success'], hits: 2, waited: 0 } }),
    }),
    play: async (vendor) => {
      const overloaded = comeBack(vendor, 'overloaded', 503, 30);
      const say = (message: string) => json(worded(vendor, 'rate-limit', message), 429);
      return {
        inWords: await leftAlone(vendor, say('Too many requests. Please retry after 33 seconds.'), 33_000),
        inMinutes: await leftAlone(vendor, say('Rate limit reached. Try again in 1m30s.'), 90_000),
        overloaded: await leftAlone(vendor, overloaded, 30_000),
        broken: await leftAlone(vendor, comeBack(vendor, 'server', 500, 12), 12_000),
        alone: await alone(vendor, overloaded, 30_000),
        ...(hidesHeaders(vendor) ? {} : { overdue: await alone(vendor, overdue(vendor), 0) }),
      };
    },
  },
  {
    number: 77,
    fault: 'a target that always fails: without a breaker, and in a way that opens none; 30 requests',
    vendors: all,
    expected: () => {
      const seen = { answers: ['T2'], askedRarely: true };
      const each = Object.fromEntries(measured.map(({ name }) => [name, seen]));
      return { noBreaker: each, noneOpens: each };
    },
    play: async (vendor) => ({
      noBreaker: await alwaysFailing(vendor, refuse(vendor, 'server'), { breaker: false }),
      noneOpens: await alwaysFailing(vendor, vendor.later(0), {}),
    }),
  },
];
