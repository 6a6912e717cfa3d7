import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { inspect } from 'node:util';
import { isRouterError, type RouterEventType } from 'signalbox';
import type { Wire } from '../../conformance/suite.ts';
import { events, json, silence } from '../../support/fault-server.ts';
import { outcome, read } from '../../support/requests.ts';
import {
  ask,
  eachWay,
  type Facts,
  onStage,
  type Row,
  type Stage,
  tell,
  turns,
  until,
  verdict,
} from '../stage.ts';
import { all, type How, refuse } from '../vendors.ts';

const minute = 60_000;

/** What a caller's own abort comes to, and what is left of the request. */
async function aborted(
  stage: Stage,
  abort: AbortController,
  asked: Promise<unknown>,
  { connections }: { readonly connections: number },
): Promise<Facts> {
  const reason = new Error('the caller has gone');
  const hits = stage.hits();
  const start = stage.clock.now();
  abort.abort(reason);
  const settled = await outcome(asked);
  const waited = stage.clock.now() - start;
  await until(() => stage.t1.pending === connections);
  await stage.clock.advance(minute);
  return {
    rejects: 'error' in settled && settled.error === reason ? 'with the reason' : 'otherwise',
    waited,
    more: stage.hits() - hits,
    against: verdict(stage),
  };
}

const poison = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';

/** A wire with names in it that are dangerous to copy: in each object that is sent, and in a tool's arguments. */
function poisoned(wire: string): string {
  const inArguments = wire.replaceAll(
    /Paris(\\?)"\}/g,
    (_, slash: string) => `Paris${slash}",${poison.replaceAll('"', `${slash}"`)}}`,
  );
  return inArguments.replaceAll(/^((?:data: )?)\{/gm, (_, head: string) => `${head}{${poison},`);
}

const withoutUsage = (wire: string): string =>
  wire.replaceAll(/"(usage|usageMetadata)":\{[^{}]*\}/g, '"$1":null');

/** Runs a process that closes its router, and tells how it ends. */
async function processEnds(url: string): Promise<string> {
  const child = spawn(process.execPath, [new URL('../closing.ts', import.meta.url).pathname, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += String(chunk);
  });
  const [code] = await once(child, 'close');
  return `${said.trim()}, exit code ${code}`;
}

/** What callers do, and what an application around them does. */
export const callers: readonly Row[] = [
  {
    number: 49,
    fault: 'the caller aborts: before the answer, in a stream, before a retry, in the queue',
    vendors: all,
    expected: () => {
      const seen = { rejects: 'with the reason', waited: 0, more: 0, against: 'nothing' };
      return { before: seen, beforeStream: seen, within: seen, backoff: seen, queue: seen };
    },
    async play(vendor) {
      const abort = (): AbortController => new AbortController();
      const before = (how: How): Promise<Facts> =>
        onStage(vendor, {}, async (stage) => {
          const caller = abort();
          stage.t1.behave(silence);
          const asked =
            how === 'chat'
              ? stage.router.chat({ prompt: 'Hi' }, { signal: caller.signal })
              : stage.router.stream({ prompt: 'Hi' }, { signal: caller.signal });
          await until(() => stage.t1.received.length === 1);
          return aborted(stage, caller, asked, { connections: 0 });
        });
      return {
        before: await before('chat'),
        beforeStream: await before('stream'),
        within: await onStage(vendor, {}, async (stage) => {
          const caller = abort();
          stage.t1.behave(events([...vendor.opening, vendor.token], 'silence'));
          const stream = await stage.router.stream({ prompt: 'Hi' }, { signal: caller.signal });
          return aborted(stage, caller, read(stream), { connections: 0 });
        }),
        backoff: await onStage(vendor, { targets: ['T1'] }, async (stage) => {
          const caller = abort();
          stage.t1.behave(refuse(vendor, 'server'));
          const asked = stage.router.chat({ prompt: 'Hi' }, { signal: caller.signal });
          await until(() => stage.events.some(({ type }) => type === 'attempt-end'));
          await turns();
          return aborted(stage, caller, asked, { connections: 0 });
        }),
        queue: await onStage(vendor, { targets: ['T1'], more: { T1: { concurrency: 1 } } }, async (stage) => {
          const caller = abort();
          stage.t1.behave(silence);
          const first = outcome(stage.router.chat({ prompt: 'Hi' }));
          await until(() => stage.t1.received.length === 1);
          const asked = stage.router.chat({ prompt: 'Hi' }, { signal: caller.signal });
          await turns();
          const seen = await aborted(stage, caller, asked, { connections: 1 });
          await stage.router.close();
          await first;
          return seen;
        }),
      };
    },
  },
  {
    number: 64,
    fault: 'listeners that throw, reject, and never settle',
    vendors: all,
    expected: () => {
      const seen = {
        healthy: { answer: 'T1', attempts: ['T1 success'], hits: 1 },
        broken: { answer: 'T2', attempts: ['T1 server', 'T2 success'], hits: 1 },
        unhandled: 0,
      };
      return { chat: seen, stream: seen };
    },
    play: (vendor) =>
      eachWay(async (how) => {
        const unhandled: unknown[] = [];
        const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
        process.on('unhandledRejection', onUnhandled);
        try {
          return await onStage(vendor, {}, async (stage) => {
            const types: readonly RouterEventType[] = [
              'attempt-start',
              'attempt-end',
              'usage',
              'request-end',
              'target-state',
            ];
            for (const type of types) {
              stage.router.on(type, () => {
                throw new Error('a listener');
              });
              stage.router.on(type, () => Promise.reject(new Error('a listener')));
              stage.router.on(type, () => new Promise(() => {}));
            }
            const healthy = await ask(stage, how).seen;
            stage.t1.behave(refuse(vendor, 'server'));
            const broken = await ask(stage, how).seen;
            await turns();
            return { healthy, broken, unhandled: unhandled.length };
          });
        } finally {
          process.off('unhandledRejection', onUnhandled);
        }
      }),
  },
  {
    number: 65,
    fault: 'a key with a line end in it, or at its end; keys of others in the environment',
    vendors: all,
    expected: () => ({ inside: 'config', shown: false, atTheEnd: 'T1', sent: true, others: false }),
    async play(vendor) {
      const inside = await outcome(
        Promise.resolve().then(() => vendor.create('http://127.0.0.1:9', 'sk-canary\nsecret')),
      );
      const error = 'error' in inside ? inside.error : undefined;
      const strangers = [
        'OPENAI_API_KEY',
        'ANTHROPIC_API_KEY',
        'ANTHROPIC_AUTH_TOKEN',
        'GEMINI_API_KEY',
        'OPENAI_ORG_ID',
      ];
      const before = { ...process.env };
      for (const name of strangers) process.env[name] = 'env-stranger';
      try {
        return await onStage(
          vendor,
          { first: (url) => vendor.create(url, 'sk-canary-0123456789\n') },
          async (stage) => {
            const { answer } = await ask(stage, 'chat').seen;
            const sent = JSON.stringify([stage.t1.received[0]?.headers, stage.t1.received[0]?.path]);
            return {
              inside: tell(error),
              shown: /canary|secret/.test(inspect(error, { depth: 20, showHidden: true })),
              atTheEnd: answer,
              sent: /sk-canary-0123456789["&]/.test(sent),
              others: sent.includes('env-stranger'),
            };
          },
        );
      } finally {
        for (const name of strangers) {
          if (before[name] === undefined) delete process.env[name];
          else process.env[name] = before[name];
        }
      }
    },
  },
  {
    number: 66,
    fault: '200 requests at once with one signal',
    vendors: all,
    expected: () => ({ answers: ['T1'], warnings: [] }),
    async play(vendor) {
      const warnings: string[] = [];
      const onWarning = ({ name }: Error): void => void warnings.push(name);
      process.on('warning', onWarning);
      try {
        return await onStage(vendor, {}, async (stage) => {
          const { signal } = new AbortController();
          const seen = await Promise.all(
            Array.from(
              { length: 200 },
              (_, index) => ask(stage, index % 2 === 0 ? 'chat' : 'stream', { signal }).seen,
            ),
          );
          await turns();
          return { answers: [...new Set(seen.map(({ answer }) => answer))], warnings };
        });
      } finally {
        process.off('warning', onWarning);
      }
    },
  },
  {
    number: 67,
    fault: '`__proto__` and `constructor` in answers and in tools’ arguments',
    vendors: all,
    expected: () => {
      const seen = { cities: ['Paris'], ordinary: true, polluted: false };
      return { chat: seen, stream: seen };
    },
    play: (vendor) =>
      eachWay((how) =>
        onStage(vendor, {}, async (stage) => {
          const wire = vendor.wires['parallel tool calls'] as Wire;
          stage.t1.behave(
            how === 'chat'
              ? json(JSON.parse(poisoned(JSON.stringify(wire.answer))))
              : events(wire.stream.map(poisoned)),
          );
          const tools = [
            { name: 'get_weather', inputSchema: { type: 'object' } },
            { name: 'get_time', inputSchema: { type: 'object' } },
          ];
          const request = { prompt: 'Weather?', tools };
          const result =
            how === 'chat'
              ? await stage.router.chat(request)
              : await stage.router.stream(request).then(async (stream) => {
                  await read(stream);
                  return stream.result;
                });
          const inputs = result.toolCalls.map(({ input }) => input);
          const ordinary = [...inputs, ...result.toolCalls, result].every(
            (value) => Object.getPrototypeOf(value) === Object.prototype,
          );
          const cities = inputs.flatMap((input) => (input as { city?: string }).city ?? []);
          return { cities, ordinary, polluted: 'polluted' in {} || 'polluted' in result };
        }),
      ),
  },
  {
    number: 68,
    fault: 'usage that is missing, null, or comes after the finish reason',
    vendors: all,
    expected: () => {
      const guessed = { estimated: true, positive: true, events: 1 };
      const seen = { missing: guessed, null: guessed, late: { ...guessed, estimated: false } };
      return { chat: seen, stream: seen };
    },
    play: (vendor) =>
      eachWay(async (how) => {
        const costOf = (name: 'usage missing' | 'text', change: (wire: string) => string): Promise<Facts> =>
          onStage(vendor, {}, async (stage) => {
            const wire = vendor.wires[name] as Wire;
            stage.t1.behave(
              how === 'chat'
                ? json(JSON.parse(change(JSON.stringify(wire.answer))))
                : events(wire.stream.map(change)),
            );
            await ask(stage, how).seen;
            const usages = stage.events.flatMap((event) => (event.type === 'usage' ? [event.cost] : []));
            return {
              estimated: usages[0]?.estimated,
              positive: (usages[0]?.total ?? 0) > 0,
              events: usages.length,
            };
          });
        return {
          missing: await costOf('usage missing', (wire) => wire),
          null: await costOf('text', withoutUsage),
          late: await costOf('text', (wire) => wire),
        };
      }),
  },
  {
    number: 70,
    fault: 'the router is closed with requests under way, in the queue, and waiting',
    vendors: all,
    expected: ({ name }) => ({
      ends: ['closed', 'closed', 'closed', 'closed'],
      afterwards: 'closed',
      timers: 0,
      connections: 0,
      ...(name === 'openai-compatible' ? { process: 'closed, exit code 0' } : {}),
    }),
    play: (vendor) =>
      onStage(
        vendor,
        {
          targets: ['T1'],
          routes: { waiting: { targets: ['T2'] }, stream: { targets: ['T3'] } },
          more: { T1: { concurrency: 1 } },
        },
        async (stage) => {
          const { router, t1, t2, clock } = stage;
          t1.behave(silence);
          t2.behave(json({ error: { message: 'no' } }, 500));
          const underWay = outcome(router.chat({ prompt: 'Hi' }));
          await until(() => t1.received.length === 1);
          const inQueue = outcome(router.chat({ prompt: 'Hi' }));
          const waiting = outcome(router.chat({ prompt: 'Hi' }, { route: 'waiting' }));
          await until(() => stage.events.some(({ type }) => type === 'attempt-end'));
          const stream = await router.stream({ prompt: 'Hi' }, { route: 'stream' });
          await turns();
          await router.close();
          const settled = await Promise.all([underWay, inQueue, waiting, outcome(read(stream))]);
          const ends = settled.map((end) => ('error' in end ? tell(end.error) : 'answered'));
          const again = await outcome(router.chat({ prompt: 'Hi' }));
          await until(() => t1.pending === 0);
          return {
            ends,
            afterwards: 'error' in again && isRouterError(again.error, 'closed') ? 'closed' : 'answered',
            timers: clock.timers,
            connections: t1.pending,
            ...(vendor.name === 'openai-compatible' ? { process: await processEnds(t1.url) } : {}),
          };
        },
      ),
  },
];
