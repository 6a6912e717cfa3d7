// The outage at 3 AM, over real sockets and the real OpenAI SDK: steady traffic, the first vendor stops answering for ten seconds, in
// each of three ways and at three rates. `npm run incident` plays all of it in twelve minutes; `-- --rate 155 --mode slow` a part.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createRouter, type RequestEndEvent } from 'signalbox';
import { openai } from 'signalbox/openai';
import type { Darkness } from './vendor.ts';

const { values } = parseArgs({ options: { rate: { type: 'string' }, mode: { type: 'string' } } });
const modes: readonly Darkness[] = ['blackhole', 'refuse', 'slow'];
const dark = 10_000;
/** Requests a second; the healthy time before the outage; the time after it. */
const plans = [
  { rate: 155, before: 10_000, after: 20_000 },
  { rate: 20, before: 20_000, after: 20_000 },
  { rate: 1, before: 120_000, after: 20_000 },
];

async function vendor(pace: string): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = fork(new URL('./vendor.ts', import.meta.url), [pace]);
  const [port] = await once(child, 'message');
  return { child, port: Number(port) };
}

interface Outcome {
  readonly requests: number;
  readonly failed: number;
  /** Milliseconds from the outage to the moment when the router stopped using the target; `undefined`: it never did. */
  readonly noticed: number | undefined;
  /** Attempts that failed before that. */
  readonly lostAttempts: number;
  readonly duplicates: number;
  readonly inFlight: number;
  /** Milliseconds to the first token, of requests that were waiting or came during the outage. */
  readonly p50: number;
  readonly p99: number;
  /** The other vendor's own. */
  readonly other99: number;
  /** Share of the traffic that was back within 15 s of the end. */
  readonly back: number;
}

async function play(rate: number, before: number, after: number, mode: Darkness): Promise<Outcome> {
  const [first, second] = await Promise.all([vendor('1'), vendor('1.2')]);
  const price = { input: 1, output: 1 };
  const target = (port: number, id: string) => ({
    provider: openai({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'none' }),
    model: 'm',
    id,
    price,
  });
  const router = createRouter({ targets: [target(first.port, 'first'), target(second.port, 'second')] });
  const start = performance.now();
  const now = (): number => performance.now() - start;
  const ends: { readonly end: RequestEndEvent; readonly at: number }[] = [];
  let attempts = 0;
  let lostAttempts = 0;
  let noticed: number | undefined;
  const darkFrom = before;
  const darkTo = before + dark;
  router.on('attempt-start', () => (attempts += 1));
  router.on('attempt-end', ({ target: id, outcome }) => {
    if (id === 'first' && outcome === 'failed' && noticed === undefined) lostAttempts += 1;
  });
  router.on('target-state', ({ target: id, state }) => {
    if (id === 'first' && (state === 'unresponsive' || state === 'failing') && now() >= darkFrom)
      noticed ??= now() - darkFrom;
  });
  router.on('request-end', (end) => ends.push({ end, at: Number(end.metadata['at']) }));
  let failed = 0;
  let sent = 0;
  const ask = async (): Promise<void> => {
    sent += 1;
    try {
      const stream = await router.stream({ prompt: 'Why is the sky blue?' }, { metadata: { at: now() } });
      for await (const _ of stream);
      await stream.result;
    } catch {
      failed += 1;
    }
  };
  let inFlight = 0;
  const pending: Promise<void>[] = [];
  let state: Darkness | 'well' = 'well';
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const at = now();
      const wanted = at >= darkFrom && at < darkTo ? mode : 'well';
      if (wanted !== state) {
        state = wanted;
        first.child.send(wanted);
        if (wanted !== 'well') inFlight = router.stats()[0]?.inFlight ?? 0;
      }
      while (sent < (at * rate) / 1_000 && at < darkTo + after) pending.push(ask());
      if (at < darkTo + after) return;
      clearInterval(timer);
      resolve();
    }, 2);
  });
  await Promise.all(pending);
  const waits = (from: number, to: number, id?: string): number[] =>
    ends
      .filter(({ end, at }) => at >= from && at < to && (id === undefined || end.target === id))
      .map(({ end }) => end.firstToken ?? 0)
      .toSorted((a, b) => a - b);
  const percentile = (list: readonly number[], share: number): number =>
    list[Math.floor(share * (list.length - 1))] ?? 0;
  const hit = waits(darkFrom - 2_000, darkTo);
  const late = ends.filter(({ at }) => at >= darkTo + 15_000);
  await router.close();
  first.child.disconnect();
  second.child.disconnect();
  return {
    requests: sent,
    failed,
    noticed,
    lostAttempts,
    duplicates: attempts - sent,
    inFlight,
    p50: percentile(hit, 0.5),
    p99: percentile(hit, 0.99),
    other99: percentile(waits(darkFrom + 1_000, darkTo, 'second'), 0.99),
    back: late.filter(({ end }) => end.target === 'first').length / Math.max(1, late.length),
  };
}

console.log(
  '| requests/s | the first vendor | requests | lost | noticed after ms | failed attempts until then | sent twice | first token ms p50, p99 | back within 15 s |',
);
console.log('|---:|---|---:|---:|---:|---:|---:|---:|---:|');
let lost = 0;
for (const { rate, before, after } of plans) {
  if (values.rate !== undefined && Number(values.rate) !== rate) continue;
  for (const mode of modes) {
    if (values.mode !== undefined && values.mode !== mode) continue;
    const seen = await play(rate, before, after, mode);
    lost += seen.failed;
    const cells = [
      rate,
      { blackhole: 'says nothing', refuse: 'answers 502', slow: 'takes 30 s' }[mode],
      seen.requests,
      seen.failed,
      seen.noticed?.toFixed(0) ?? 'not noticed',
      seen.lostAttempts,
      `${seen.duplicates} (${seen.inFlight} were waiting)`,
      `${seen.p50.toFixed(0)}, ${seen.p99.toFixed(0)} (the other vendor’s p99: ${seen.other99.toFixed(0)})`,
      `${(100 * seen.back).toFixed(0)} %`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
console.log(
  '\nFor comparison: a gateway that learns of an outage from health checks alone loses, at 155 requests a second, about 14,000 ' +
    'with a check a minute and a time-out of 30 s (155 × 90 s), and about 780 with a check every 5 s that fails at once (155 × 5 s).',
);
process.exitCode = lost === 0 ? 0 : 1;
