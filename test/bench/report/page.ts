// docs/performance.md, as a run writes it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Judged, leastRounds } from '../goals.ts';
import type { Measured } from '../measured.ts';
import { drawAll } from './charts.ts';
import { goalTable, memoryTable, routerTables, scenarioTable, startTable } from './tables.ts';

/** How the run was made, for those who read its figures. */
export interface Circumstances {
  readonly date: string;
  readonly rounds: number;
  readonly machine: readonly string[];
  readonly versions: string;
  readonly skipped: readonly string[];
}

const folder = new URL('../../../docs/', import.meta.url);

const intro = `# Performance

What signalbox costs beside the vendors' SDKs and beside its peers. This page is written by

\`\`\`sh
npm run bench -- --write              # the whole run, about half an hour
npm run bench -- --quick              # a minute, on the terminal only
npm run bench -- --only chat --rounds 9
\`\`\`

It needs no key and no network, but for installing the peers the first time: they are in \`test/bench/peers/\`, with a lockfile of
their own, and not among the project's dependencies.`;

const how = (rounds: number): string => `## How it is measured

- The vendor is a server on loopback, in a process of its own on a core of its own. It answers at once, so that nothing is seen but
  what the client does; beside a real vendor’s seconds it is little.
- It sends the headers that OpenAI, Anthropic and Google send, about twenty with the limits of the account, and has prompts of 60
  characters, 4 KB and 100 KB, and a picture of 10 MB.
- Each contender has a process of its own, on the other core, and loads nothing but what it needs. Retries of SDKs are off. A contender that can
  fail over has two targets, and never has to. Every answer is checked to be whole.
- Contenders take turns, A B C A B C …, each round beginning with another one, in ${rounds} rounds after a warm-up of 12,000 chats, and of 12,000 chunks before streams; so whatever else
  the machine does hits all alike. Figures are medians over the rounds, with the least and the most in brackets; ratios are taken
  round by round. Percentiles are over all requests of all rounds.
- Ratios say more than absolute figures, which are this machine’s.
- Processor time is that of the contender's process, garbage collection and kernel included.
- Packets of streams come at least 0.2 ms apart (those with twenty chunks 1 ms), because a client that is slower than the vendor would
  find several at once and be spared the work of reading each. The slowest contenders do not keep up and profit from that.
- Of 10,000 requests in flight there are three rounds. They begin over 2.5 seconds and are answered after four, so that all are under way
  at once without a system refusing connections.
- “Added” by the router is the difference to a provider that answers at once without a router, in one process.
- Memory is that of live objects, read after garbage collection in processes that have done nothing else. The resident size says little:
  it grows when V8 enlarges the young generation, which is therefore fixed at 16 MB in every process that is measured. Heap in flight is
  what 200 requests that wait for a vendor hold, without their connections; the router’s own is that of 1,000 over a provider that waits.
- A fresh process imports what it needs, takes prices from the catalog, and ends with its first answer.
- Of the Portkey gateway the client's and the gateway's processor time are reported separately. Its streams fail with current versions of
  \`@hono/node-server\`, which it takes as they come, so it runs with 1.13.8, with which they work.`;

/** The whole page. */
export function page(
  measured: Measured,
  judged: readonly Judged[],
  { date, rounds, machine, versions, skipped }: Circumstances,
): string {
  const charts = drawAll(measured).map(({ file, title }) => `![${title}](performance/${file})`);
  const scenarios = measured.results.map(
    (result) => `### ${result.scenario.title}\n\n${scenarioTable(measured, result)}`,
  );
  const router = routerTables(measured);
  const memory = memoryTable(measured);
  const starts = startTable(measured);
  return `${[
    intro,
    `Measured on ${date}. ${machine.join(' ')}`,
    `Versions: ${versions}.`,
    ...skipped,
    `## Goals\n\nIn brackets is the interval in which the median of endlessly many rounds would be with 95 % confidence, by order statistics of at least ${leastRounds} rounds. A goal counts as met or missed where all of it is on one side of the limit, else as undecided.`,
    goalTable(judged),
    '## At a glance',
    ...charts,
    how(rounds),
    '## Figures',
    ...scenarios,
    ...(router === undefined ? [] : [`### The router alone\n\n${router}`]),
    ...(memory === undefined ? [] : [`### Memory over 50,000 chats, 16 at a time\n\n${memory}`]),
    ...(starts === undefined ? [] : [`### The first answer of a fresh process\n\n${starts}`]),
  ].join('\n\n')}\n`;
}

/** Writes the page and its charts. */
export function writePage(text: string, measured: Measured): void {
  mkdirSync(new URL('performance/', folder), { recursive: true });
  writeFileSync(new URL('performance.md', folder), text);
  for (const { file, svg } of drawAll(measured)) writeFileSync(new URL(`performance/${file}`, folder), svg);
  console.error(`written: ${fileURLToPath(new URL('performance.md', folder))}`);
}
