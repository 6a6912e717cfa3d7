// signalbox in half a minute: three providers, live traffic, and the first provider breaks in three ways. No
// request is lost.
// npm run demo                  on loopback, without keys
// npm run demo -- --live        the same on the real providers with keys in the environment
// npm run demo -- --dashboard   the same, watched in a browser; it goes on until Ctrl+C
import { createRouter, type Price, type TargetOptions, type UsageEvent } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { demoLedger, serveDashboard } from './dashboard.ts';
import { breakableFetch, keys } from './live.ts';
import { type Tally, traffic } from './traffic.ts';
import { dollars, paragraph, sentence, view } from './view.ts';
import { answer, type Mode, mockProvider } from './wire.ts';

const live = process.argv.includes('--live');
const watched = process.argv.includes('--dashboard');
const prices = {
  openai: { input: 0.25, output: 2, cacheRead: 0.025 },
  anthropic: { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 },
  google: { input: 0.3, output: 2.5, cacheRead: 0.03 },
};
let broken: Mode = 'healthy';

const mocks = live ? [] : await Promise.all([mockProvider(40), mockProvider(90), mockProvider(60)]);
const [first, second, third] = mocks;

/** The three targets over the official SDKs; live, only those with a key. */
function targets(): TargetOptions[] {
  const fetch = breakableFetch(() => broken);
  const mocked = { apiKey: 'no-key' };
  const all = [
    {
      key: keys.openai,
      target: {
        model: 'gpt-5-mini',
        price: prices.openai,
        provider: () => openai(first ? { ...mocked, baseURL: `${first.url}/v1` } : { fetch }),
      },
    },
    {
      key: keys.anthropic,
      target: {
        model: 'claude-haiku-4-5',
        price: prices.anthropic,
        // So that the third provider answers as well while the first is broken.
        ...(live ? {} : { concurrency: 2 }),
        provider: () => anthropic(second ? { ...mocked, baseURL: second.url } : {}),
      },
    },
    {
      key: keys.google,
      target: {
        model: 'gemini-2.5-flash',
        price: prices.google,
        provider: () => google(third ? { ...mocked, baseURL: third.url } : {}),
      },
    },
  ];
  const usable = all.filter(({ key }) => !live || key !== undefined);
  return usable.map(({ target }) => ({ ...target, provider: target.provider() }));
}

const chosen = targets();
if (live && (chosen.length < 2 || keys.openai === undefined)) {
  console.error('--live needs OPENAI_API_KEY and at least one of ANTHROPIC_API_KEY and GEMINI_API_KEY');
  process.exit(2);
}
const patience = live ? 6 : 1;
const records = watched ? await demoLedger() : undefined;
const router = createRouter({
  ...(records === undefined ? {} : { plugins: [records] }),
  targets: chosen,
  interrupted: 'restart',
  timeout: { firstToken: 700 * patience, idle: 700 * patience, attempt: 5_000 * patience, request: 30_000 },
  breaker: { consecutive: 3, openFor: 500, maxOpenFor: 1_000 },
});

const dashboard = records === undefined ? undefined : await serveDashboard(router, records);
if (dashboard !== undefined) console.log(`Open ${dashboard.address}\n`);

console.log('One answer, streamed from the first target:\n');
const stream = await router.stream({ prompt: 'Why is the sky blue?', maxOutputTokens: 1_000 });
const text = paragraph('  ');
for await (const part of stream) if (part.type === 'text-delta') text.write(part.text);
text.end();
const { cost } = await stream.result;
console.log(`\n  ${stream.target}, ${dollars(cost?.total ?? 0)}\n`);

const requests = traffic(router, (text) => (live ? text !== '' : text === answer), live ? 400 : 1_000);
const bill: UsageEvent[] = [];
router.on('usage', (event) => bill.push(event));
const screen = view(router, requests.tally);

/** Breaks or repairs the first provider, and continues the traffic. */
async function chapter(mode: Mode, seconds: number, title: string): Promise<void> {
  broken = mode;
  if (first !== undefined) first.mode = mode;
  screen.chapter(title, mode === 'healthy' ? 'green' : 'red');
  await requests.run(seconds, live ? 1 : 10);
}

await chapter('healthy', 3, 'all healthy: the first target answers');
await chapter('503s', 4, 'the first provider answers 503');
await chapter('healthy', 3, 'it has recovered');
await chapter('silence', 4, 'the first provider accepts requests and never answers');
await chapter('healthy', 3, 'it has recovered');
await chapter('cut streams', 4, 'the first provider cuts its streams midway, as if they were complete');
await chapter('healthy', 4, 'it has recovered');
while (dashboard !== undefined && !dashboard.isOver()) {
  for (const mode of ['503s', 'healthy', 'cut streams', 'healthy'] as const)
    if (!dashboard.isOver()) await chapter(mode, mode === 'healthy' ? 20 : 8, `the first provider: ${mode}`);
}
await requests.finish();
screen.stop();

process.exitCode = verdict(requests.tally);
await dashboard?.close();
await router.close();
await Promise.all(mocks.map((mock) => mock.stop()));

/** The summary: lost requests and total cost. */
function verdict({ started, answered, lost, wrong }: Tally): number {
  const answers = bill.filter(({ outcome }) => outcome === 'success');
  const sum = (events: readonly UsageEvent[]): number =>
    events.reduce((total, event) => total + (event.cost?.total ?? 0), 0);
  const alone = ({ input, output = 0 }: Price): number =>
    answers.reduce(
      (total, { usage }) =>
        total + ((usage.inputTokens ?? 0) * input + (usage.outputTokens ?? 0) * output) / 1e6,
      0,
    );
  const highest = Math.max(...chosen.map(({ price }) => (price === undefined ? 0 : alone(price))));
  const spent = sum(bill);
  console.log('');
  sentence(`${answered} of ${started} requests answered, ${lost.length} lost, ${wrong.length} wrong.`);
  sentence(
    `It cost ${dollars(spent)}, of which ${dollars(spent - sum(answers))} was spent on failed attempts; ` +
      `the most expensive target alone would have cost ${dollars(highest)}.`,
  );
  for (const error of lost.slice(0, 3)) console.error(`lost: ${error}`);
  for (const text of wrong.slice(0, 3)) console.error(`wrong: ${text}`);
  return lost.length === 0 && wrong.length === 0 && answered === started ? 0 : 1;
}
