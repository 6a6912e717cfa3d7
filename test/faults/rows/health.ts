import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { RouterEvent } from 'signalbox';
import { seededRandom, type VirtualClock, virtualClock } from 'signalbox/testing';
import { type Behavior, silence } from '../../support/fault-server.ts';
import {
  type Asking,
  ask,
  eachWay,
  type Facts,
  healthy,
  onStage,
  type Row,
  type Stage,
  turns,
  until,
  verdict,
} from '../stage.ts';
import { all, answer, type How, refuse, type Vendor, vendors, words } from '../vendors.ts';

const second = 1_000;

/** Three requests that T1 fails: its breaker is open. */
async function breakT1(stage: Stage): Promise<void> {
  stage.t1.behave(refuse(stage.vendor, 'server'));
  for (let count = 0; count < 3; count++) await ask(stage, 'chat').seen;
}

/** Holds its answers back until released. */
function holding(): { readonly does: Behavior; release(behavior: Behavior): void; readonly held: number } {
  let waiting: ((behavior: Behavior) => void)[] = [];
  return {
    does: (response, received) => {
      waiting.push((behavior) => void behavior(response, received));
    },
    release(behavior) {
      for (const go of waiting) go(behavior);
      waiting = [];
    },
    get held() {
      return waiting.length;
    },
  };
}

interface Tick {
  readonly at: number;
  readonly answers: readonly unknown[];
  readonly hits: number;
  readonly state: string;
}

/** Several requests at once, again and again, in virtual time; before each round `set` says how T1 is. */
async function traffic(
  stage: Stage,
  { seconds, every, each }: { readonly seconds: number; readonly every: number; readonly each: number },
  set: (at: number) => void,
): Promise<readonly Tick[]> {
  const ticks: Tick[] = [];
  for (let at = 0; at < seconds * second; at += every) {
    set(at);
    const before = stage.hits();
    const state = verdict(stage);
    const asked: Asking[] = Array.from({ length: each }, () => ask(stage, 'chat'));
    const seen = await Promise.all(asked.map((asking) => asking.seen));
    ticks.push({ at, answers: seen.map((facts) => facts['answer']), hits: stage.hits() - before, state });
    await stage.clock.advance(every);
  }
  return ticks;
}

const failures = (ticks: readonly Tick[]): number =>
  ticks.flatMap(({ answers }) => answers).filter((who) => who !== 'T1' && who !== 'T2').length;

interface Elsewhere {
  readonly url: string;
  readonly asked: Promise<unknown>;
  /** Lets it answer, stands still until it has, and for so many milliseconds at the least. */
  standStillWhileItAnswers(ms: number): void;
  close(): Promise<number>;
}

/** A server on a thread of its own, so that it goes on when this one stands still. */
async function elsewhere(body: string): Promise<Elsewhere> {
  const signals = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(
    `const { parentPort, workerData: { body, signals } } = require('node:worker_threads');
     const server = require('node:http').createServer((request, response) => {
       request.resume().on('end', () => {
         parentPort.postMessage('asked');
         Atomics.wait(signals, 0, 0);
         response.writeHead(200, { 'content-type': 'text/event-stream' }).end(body, () => {
           Atomics.store(signals, 1, 1);
           Atomics.notify(signals, 1);
         });
       });
     });
     server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
    { eval: true, workerData: { body, signals } },
  );
  const [port] = (await once(worker, 'message')) as [number];
  return {
    url: `http://127.0.0.1:${port}`,
    asked: once(worker, 'message'),
    standStillWhileItAnswers(ms) {
      const until = performance.now() + ms;
      Atomics.store(signals, 0, 1);
      Atomics.notify(signals, 0);
      Atomics.wait(signals, 1, 0);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, until - performance.now());
    },
    close: () => worker.terminate(),
  };
}

/** What breakers, probes, hedges and clocks make of it. */
export const health: readonly Row[] = [
  {
    number: 54,
    fault: 'the probe of a half-open breaker hangs',
    vendors: all,
    expected: () => {
      const seen = {
        others: ['T2', 'T2', 'T2'],
        othersWaited: 0,
        probe: { answer: 'T2', attempts: ['T1 timeout', 'T2 success'], hits: 1 },
        waited: second,
        against: 'failing',
      };
      return { chat: seen, stream: seen };
    },
    play: (vendor) =>
      eachWay((how) =>
        onStage(vendor, {}, async (stage) => {
          await breakT1(stage);
          await stage.clock.advance(10 * second);
          const start = stage.clock.now();
          stage.t1.behave(silence);
          const before = stage.hits();
          const probe = ask(stage, how);
          await until(() => stage.hits() > before);
          const others: unknown[] = [];
          for (let count = 0; count < 3; count++) others.push((await ask(stage, how).seen)['answer']);
          const othersWaited = stage.clock.now() - start;
          await stage.clock.advance(second);
          const seen = await probe.seen;
          const waited = stage.clock.now() - start;
          return { others, othersWaited, probe: seen, waited, against: verdict(stage) };
        }),
      ),
  },
  {
    number: 55,
    fault: 'failures that come after the breaker has opened and closed again',
    vendors: all,
    expected: () => ({
      late: Array.from({ length: 5 }, () => 'T2'),
      opened: 'failing',
      closed: 'nothing',
      against: 'nothing',
    }),
    play: (vendor) =>
      onStage(vendor, {}, async (stage) => {
        const old = holding();
        stage.t1.behave(old.does);
        const late = Array.from({ length: 5 }, () => ask(stage, 'chat').seen);
        await until(() => old.held === 5);
        await breakT1(stage);
        const opened = verdict(stage);
        await stage.clock.advance(10 * second);
        stage.t1.behave(healthy(vendor, words));
        for (let count = 0; count < 3; count++) await ask(stage, 'chat').seen;
        const closed = verdict(stage);
        old.release(refuse(vendor, 'server'));
        const seen = await Promise.all(late);
        return { late: seen.map((facts) => facts['answer']), opened, closed, against: verdict(stage) };
      }),
  },
  {
    number: 56,
    fault: '500 three times in ten, at random, 50 requests a second for a minute (CI: 4 s)',
    vendors: all,
    expected: () => ({ lost: 0, retriesOnT1Below20Percent: true, attemptsBelowOneAndAHalf: true }),
    play: (vendor, full) =>
      onStage(vendor, { random: seededRandom(56) }, async (stage) => {
        const random = seededRandom(30);
        const good = healthy(vendor, words);
        const bad = refuse(vendor, 'server');
        stage.t1.behave((response, received) => (random() < 0.3 ? bad : good)(response, received));
        const ticks = await traffic(stage, { seconds: full ? 60 : 4, every: 20, each: 1 }, () => {});
        const ends = stage.events.flatMap((event) => (event.type === 'request-end' ? [event] : []));
        const retried = ends.filter(
          ({ attempts }) => attempts.filter(({ target }) => target === 'T1').length > 1,
        ).length;
        const attempts = ends.reduce((sum, end) => sum + end.attempts.length, 0);
        return {
          lost: failures(ticks),
          retriesOnT1Below20Percent: retried <= 0.2 * ends.length,
          attemptsBelowOneAndAHalf: attempts <= 1.5 * ends.length,
        };
      }),
  },
  {
    number: 57,
    fault: 'out for ten seconds, then healthy again',
    vendors: all,
    expected: () => ({ lost: 0, probesAtATime: 1, slowStart: true, backWithin15s: true }),
    play: (vendor) =>
      onStage(vendor, { random: seededRandom(57) }, async (stage) => {
        const recovers = 15 * second;
        const ticks = await traffic(stage, { seconds: 35, every: 500, each: 4 }, (at) => {
          if (at === 5 * second) stage.t1.behave(refuse(vendor, 'server'));
          if (at === recovers) stage.t1.behave(healthy(vendor, words));
        });
        const shareOfT1 = (from: number, to: number): number => {
          const answers = ticks.filter(({ at }) => at >= from && at < to).flatMap((tick) => tick.answers);
          return answers.filter((who) => who === 'T1').length / answers.length;
        };
        const closedAt =
          ticks.find(({ at, state }) => at > recovers && state === 'nothing')?.at ?? Number.NaN;
        const halfOpen = ticks.filter(({ state }) => state === 'recovering');
        return {
          lost: failures(ticks),
          probesAtATime: Math.max(...halfOpen.map(({ hits }) => hits)),
          // All of it without a slow start, 28% on average with one.
          slowStart: shareOfT1(closedAt, closedAt + 2 * second) < 0.75,
          backWithin15s: shareOfT1(recovers + 15 * second, recovers + 20 * second) >= 0.95,
        };
      }),
  },
  {
    number: 58,
    fault: 'five seconds up, five seconds down, for a minute',
    vendors: all,
    expected: () => ({ lost: 0, openForLongerAndLonger: true }),
    play: (vendor) =>
      onStage(vendor, { random: seededRandom(58) }, async (stage) => {
        const spans: number[] = [];
        stage.router.on('target-state', ({ target, state, retryAt: end }) => {
          if (target === 'T1' && state === 'failing') spans.push((end ?? 0) - stage.clock.date());
        });
        const ticks = await traffic(stage, { seconds: 60, every: 500, each: 1 }, (at) => {
          const well = at % (10 * second) < 5 * second;
          stage.t1.behave(well ? healthy(vendor, words) : refuse(vendor, 'server'));
        });
        const grow = spans.length >= 3 && spans.every((span, index) => span > (spans[index - 1] ?? 0));
        return { lost: failures(ticks), openForLongerAndLonger: grow };
      }),
  },
  {
    number: 59,
    fault: 'a hedged request: both answer; the slower one fails late',
    vendors: all,
    expected: () => {
      const seen = {
        answer: 'T2',
        attempts: ['T1 abandoned', 'T2 success'],
        hits: 1,
        ends: 1,
        usage: ['T1 abandoned unknown', 'T2 success yes'],
        against: 'nothing',
        unhandled: 0,
      };
      return { chat: { both: seen, fails: seen }, stream: { both: seen, fails: seen } };
    },
    play: (vendor) =>
      eachWay(async (how) => ({
        both: await hedged(vendor, how, answer(vendor, how)),
        fails: await hedged(vendor, how, refuse(vendor, 'server')),
      })),
  },
  {
    number: 60,
    fault: 'the application itself stands still for half a second, longer than the limit',
    vendors: all,
    expected: () => ({ answer: 'T1', attempts: ['T1 success'], against: 'nothing' }),
    async play(vendor) {
      await onStage(vendor, {}, (stage) => ask(stage, 'stream').seen); // the SDK is loaded
      const t1 = await elsewhere(vendor.said(words).stream.join(''));
      const instead = { url: t1.url, connections: 0 };
      try {
        return await onStage(
          vendor,
          { instead, realTime: true, timeout: { firstToken: 400 } },
          async (stage) => {
            const { seen } = ask(stage, 'stream');
            await t1.asked;
            t1.standStillWhileItAnswers(500);
            const { hits: _, ...facts } = await seen;
            return { ...facts, against: verdict(stage) };
          },
        );
      } finally {
        await t1.close();
      }
    },
  },
  {
    number: 61,
    fault: 'the clock on the wall is set an hour forward, and back',
    vendors: all,
    expected: () => ({
      exhausted: ['cooling-down', 'cooling-down', 'cooling-down', 'nothing'],
      open: ['failing', 'failing', 'failing', 'recovering'],
    }),
    async play(vendor) {
      const wall = Date.now;
      let shift = 0;
      const virtual = virtualClock();
      const clock: VirtualClock = Object.create(virtual, { date: { value: () => virtual.date() + shift } });
      const states = (spoil: (stage: Stage) => Promise<unknown>): Promise<string[]> =>
        onStage(vendor, { clock }, async (stage) => {
          shift = 0;
          await spoil(stage);
          const seen = [verdict(stage)];
          for (const hours of [1, -1]) {
            shift = hours * 3_600 * second;
            seen.push(verdict(stage));
          }
          await stage.clock.advance(7 * second);
          return [...seen, verdict(stage)];
        });
      Date.now = () => wall() + shift;
      try {
        return {
          exhausted: await states((stage) => {
            stage.t1.behave(vendor.later(7 * second));
            return ask(stage, 'chat').seen;
          }),
          open: await states(breakT1),
        };
      } finally {
        Date.now = wall;
      }
    },
  },
];

async function hedged(vendor: Vendor, how: How, late: Behavior): Promise<Facts> {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', onUnhandled);
  try {
    return await onStage(vendor, { hedge: { delay: 100, ratio: 1 } }, async (stage) => {
      const [first, other] = [holding(), holding()];
      stage.t1.behave(first.does);
      stage.t2.behave(other.does);
      const { seen } = ask(stage, how);
      await until(() => first.held === 1);
      await stage.clock.advance(100);
      await until(() => other.held === 1);
      other.release(healthy(vendors['openai-compatible'], 'The second answers'));
      first.release(late);
      const facts = await seen;
      await turns();
      const of = <T extends RouterEvent['type']>(type: T): readonly Extract<RouterEvent, { type: T }>[] =>
        stage.events.filter((event): event is Extract<RouterEvent, { type: T }> => event.type === type);
      return {
        ...facts,
        ends: of('request-end').length,
        usage: of('usage').map(({ target, outcome, billed }) => `${target} ${outcome} ${billed}`),
        against: verdict(stage),
        unhandled: unhandled.length,
      };
    });
  } finally {
    process.off('unhandledRejection', onUnhandled);
  }
}
