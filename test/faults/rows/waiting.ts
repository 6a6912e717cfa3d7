import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Provider, RouterOptions } from 'signalbox';
import type { VirtualClock } from 'signalbox/testing';
import type { Wire } from '../../conformance/suite.ts';
import { type Behavior, events, silence } from '../../support/fault-server.ts';
import { outcome } from '../../support/requests.ts';
import {
  ask,
  eachWay,
  type Facts,
  failedOver,
  healthy,
  onStage,
  pass,
  type Row,
  type Stage,
  tell,
  threeTimes,
  turns,
  until,
  verdict,
} from '../stage.ts';
import { all, type How, refuse, type Vendor, type VendorName, words } from '../vendors.ts';

const minute = 60_000;
/** Those that load an SDK. */
const ofSDKs: readonly VendorName[] = ['openai', 'openai-responses', 'anthropic', 'google', 'google-legacy'];

/** As long as the router waits for a sign of life from a target that it does not know. */
const patience = (vendor: Vendor): number =>
  vendor.create('http://127.0.0.1:1').capabilities?.(vendor.model).reasoning === true ? 20_000 : 10_000;

function gate(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((open) => {
    resolve = open;
  });
  return { promise, resolve };
}

/** Answers when it is released. */
function held(behavior: Behavior): { readonly does: Behavior; release(): void } {
  const { promise, resolve } = gate();
  const does: Behavior = async (response, received) => {
    await promise;
    return behavior(response, received);
  };
  return { does, release: resolve };
}

/** What comes of a request whose answer is released after so many milliseconds, and is not cut until then. */
async function releasedAfter(stage: Stage, how: How, ms: number, release: () => void): Promise<Facts> {
  const { seen } = ask(stage, how);
  await pass(ms)(stage, 1);
  const waited = stage.clock.now();
  release();
  return { ...(await seen), waited, against: verdict(stage) };
}

function silentFirstTarget(vendor: Vendor, how: How): Promise<Facts> {
  return onStage(vendor, {}, (stage) => {
    stage.t1.behave(silence);
    return threeTimes(stage, how, pass(patience(vendor)));
  });
}

/** T1 takes four minutes, while the second target hangs. */
function longAnswer(vendor: Vendor, how: How): Promise<Facts> {
  return onStage(vendor, {}, async (stage) => {
    const { does, release } = held(healthy(vendor, words));
    stage.t1.behave(does, silence);
    stage.t2.behave(silence);
    return releasedAfter(stage, how, 4 * minute, release);
  });
}

/** There is no other target, and what T1 gets a second time it answers. */
function noOtherTarget(vendor: Vendor, how: How): Promise<Facts> {
  return onStage(vendor, { targets: ['T1'] }, async (stage) => {
    stage.t1.behave(silence, healthy(vendor, words));
    const { seen } = ask(stage, how);
    await pass(patience(vendor))(stage, 1);
    return { ...(await seen), waited: stage.clock.now(), against: verdict(stage) };
  });
}

/** One place, which a request holds for longer than the next one may wait. */
async function busy(vendor: Vendor, how: How): Promise<Facts> {
  const options = { targets: ['T1'], more: { T1: { concurrency: 1 } }, queue: { maxWait: 1_000 } };
  return onStage(vendor, options, async (stage) => {
    const { does, release } = held(healthy(vendor, words));
    stage.t1.behave(does);
    const first = ask(stage, how);
    await until(() => stage.hits() === 1);
    const second = ask(stage, how);
    await stage.clock.advance(999);
    const { inFlight, attempts } = stage.router.stats()[0] ?? {};
    await stage.clock.advance(1);
    const { answer } = await second.seen;
    release();
    return { until: { inFlight, attempts }, second: answer, first: (await first.seen)['answer'] };
  });
}

/** A stream runs, and another request is refused once: its retry does not wait for the stream to end. */
async function refusedOnce(vendor: Vendor, how: How): Promise<Facts> {
  return onStage(vendor, { targets: ['T1'], queue: { maxWait: 5_000 } }, async (stage) => {
    const { does, release } = held(healthy(vendor, words));
    stage.t1.behave(does, refuse(vendor, 'overloaded'), healthy(vendor, words));
    const first = ask(stage, 'stream');
    await until(() => stage.hits() === 1);
    const second = ask(stage, how);
    await until(() => stage.hits() === 2);
    await until(() => stage.events.some(({ type }) => type === 'attempt-end'));
    await turns();
    await stage.clock.advance(250);
    const { answer, attempts } = await second.seen;
    release();
    await first.seen;
    return { answer, attempts };
  });
}

/** The vendor's provider, whose SDK takes 400 ms to load. */
const slowToLoad =
  (vendor: Vendor, clock: () => VirtualClock | undefined) =>
  (url: string): Provider => {
    let isLoaded = false;
    const load = async (): Promise<void> => {
      await new Promise<void>((resolve) => clock()?.after(400, resolve));
      isLoaded = true;
    };
    return Object.create(vendor.create(url), {
      load: { value: () => (isLoaded ? undefined : load()) },
    });
  };

async function slowSDK(vendor: Vendor, how: How): Promise<Facts> {
  let clock: VirtualClock | undefined;
  const timeout: RouterOptions['timeout'] = { attempt: 300, firstToken: 300 };
  return onStage(vendor, { first: slowToLoad(vendor, () => clock), timeout }, async (stage) => {
    ({ clock } = stage);
    const { seen } = ask(stage, how);
    await turns();
    await stage.clock.advance(400);
    const { answer, attempts } = await seen;
    const ended = stage.events.find((event) => event.type === 'attempt-end');
    return {
      answer,
      attempts,
      waited: stage.clock.now(),
      duration: ended?.type === 'attempt-end' ? ended.duration : undefined,
    };
  });
}

/** A stream that is not read, or of which only the result is read. */
async function unread(vendor: Vendor): Promise<Facts> {
  return onStage(vendor, {}, async (stage) => {
    const { router, t1, clock } = stage;
    t1.behave(events([...vendor.opening, vendor.token], 'silence'), healthy(vendor, words));
    const stream = await router.stream({ prompt: 'Say hello' });
    await clock.advance(minute - 1);
    const before = router.stats()[0]?.inFlight;
    await clock.advance(1);
    const after = router.stats()[0]?.inFlight;
    await until(() => t1.pending === 0);
    const reading = await outcome(stream[Symbol.asyncIterator]().next());
    const other = await router.stream({ prompt: 'Say hello' });
    const { text, target } = await other.result;
    return {
      inFlight: [before, after],
      reading: 'error' in reading ? tell(reading.error) : 'read',
      result: text === words ? target : text,
      against: verdict(stage),
    };
  });
}

/** Milliseconds for which the process is stopped, and the longest time between two tokens. */
const stopped = 1_400;
const idle = 1_000;

/** A process that is stopped by a signal while it reads a stream; the next token comes when it is awake again. */
async function frozenProcess(vendor: Vendor): Promise<Facts> {
  return onStage(vendor, {}, async (stage) => {
    const { promise, resolve: release } = gate();
    const { stream } = vendor.wires.text as Wire;
    const begun = vendor.opening.length + 1;
    stage.t1.behave(async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of stream.slice(0, begun)) response.write(event);
      await promise;
      response.end(stream.slice(begun).join(''));
    });
    const child = fork(new URL('../frozen.ts', import.meta.url), [
      vendor.name,
      stage.t1.url,
      vendor.model,
      String(idle),
    ]);
    try {
      const [first] = await once(child, 'message');
      child.kill('SIGSTOP');
      const resumeAt = performance.now() + stopped;
      await until(() => performance.now() >= resumeAt);
      child.kill('SIGCONT');
      release();
      const [last] = await once(child, 'message');
      return { first, last };
    } finally {
      child.kill('SIGKILL');
    }
  });
}

/** Waits: for a first sign of life, for a place, for an SDK, for a reader, for a process that is stopped. */
export const waiting: readonly Row[] = [
  {
    number: 76,
    fault: 'the process is stopped for longer than the timeout between two tokens',
    vendors: all,
    expected: () => ({ first: 'Hello', last: words }),
    play: frozenProcess,
  },
  {
    number: 81,
    fault: 'one target that stays busy for longer than `queue.maxWait`; a refusal while a stream runs there',
    vendors: all,
    expected: () => {
      const taken = { until: { inFlight: 1, attempts: 1 }, second: 'no-target', first: 'T1' };
      const again = { answer: 'T1', attempts: ['T1 overloaded', 'T1 success'] };
      return { busy: { chat: taken, stream: taken }, refused: { chat: again, stream: again } };
    },
    play: async (vendor) => ({
      busy: await eachWay((how) => busy(vendor, how)),
      refused: await eachWay((how) => refusedOnce(vendor, how)),
    }),
  },
  {
    number: 82,
    fault:
      'a first target that never answers, with little traffic; an honest answer of four minutes; one target',
    vendors: all,
    expected(vendor) {
      const limit = patience(vendor);
      const silent = failedOver({ kind: 'timeout', against: 'failing', waited: limit });
      const long = {
        answer: 'T1',
        attempts: ['T2 timeout', 'T1 abandoned', 'T1 success'],
        hits: 2,
        waited: 4 * minute,
        against: 'nothing',
      };
      const alone = {
        answer: 'T1',
        attempts: ['T1 abandoned', 'T1 success'],
        hits: 2,
        waited: limit,
        against: 'nothing',
      };
      return {
        silent: { chat: silent, stream: silent },
        long: { chat: long, stream: long },
        alone: { chat: alone, stream: alone },
      };
    },
    play: async (vendor) => ({
      silent: await eachWay((how) => silentFirstTarget(vendor, how)),
      long: await eachWay((how) => longAnswer(vendor, how)),
      alone: await eachWay((how) => noOtherTarget(vendor, how)),
    }),
  },
  {
    number: 83,
    fault: 'an SDK that takes longer to load than an attempt may take',
    vendors: ofSDKs,
    expected: () => {
      const seen = { answer: 'T1', attempts: ['T1 success'], waited: 400, duration: 0 };
      return { chat: seen, stream: seen };
    },
    play: (vendor) => eachWay((how) => slowSDK(vendor, how)),
  },
  {
    number: 84,
    fault: 'a stream that is not read; one of which only the result is read',
    vendors: all,
    expected: () => ({
      inFlight: [1, 0],
      reading: "stream-interrupted after 'Hello'",
      result: 'T1',
      against: 'nothing',
    }),
    play: unread,
  },
];
