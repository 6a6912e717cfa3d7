// docs/performance.md, as a run writes it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Judged, leastRounds } from '../goals.ts';
import type { Measured } from '../measured.ts';
import { warmUpChats, warmUpChunks } from '../run.ts';
import { drawAll } from './charts.ts';
import { goalTable, memoryTable, routerTables, scenarioTable, startTable, warmingTable } from './tables.ts';

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

What signalbox costs compared with the vendors' SDKs and with its peers. This page is written by

\`\`\`sh
npm run bench -- --write              # the whole run, about 25 minutes
npm run bench -- --quick              # a minute, printed only
npm run bench -- --only chat --rounds 9
\`\`\`

The bench needs no key. It needs the network only the first time, to install the peers: they have their own lockfile in
\`test/bench/peers/\` and are not dependencies of the project.

[Where the time goes](performance-profile.md) has the profiles, and says what stands in the way of goals that are missed.`;

const how = (rounds: number): string => `## How it is measured

- The vendor is a server on loopback in its own process on its own core. It answers at once, so the figures show only what the client
  costs. A real vendor takes seconds, and most of these costs disappear in them.
- It sends the headers that OpenAI, Anthropic and Google send: about twenty, including the account's limits. Prompts have 60
  characters, 4 KB and 100 KB, and there is a picture of 10 MB.
- Each contender has its own process on the other core and loads only what it needs. The SDKs' retries are off. A contender that can
  fail over has two targets and never needs the second. Every answer is checked for completeness.
- Each contender first warms up with ${warmUpChats.toLocaleString('en-US')} chats, and with ${warmUpChunks.toLocaleString('en-US')} chunks before streams are measured: V8 goes on
  compiling for about 30,000 requests. “While a process warms up” shows what earlier chats cost.
- Contenders then take turns, A B C A B C …, and each of the ${rounds} rounds begins with the next one, so a disturbance hits all of them
  alike. Figures are medians over the rounds, with the lowest and the highest in parentheses. Ratios are computed round by round.
  Percentiles are over all requests of all rounds.
- Ratios say more than absolute figures, which hold for this machine only.
- Processor time is that of the contender's whole process, including garbage collection and the kernel.
- Packets of streams are at least 0.2 ms apart (1 ms with twenty chunks a packet). A client slower than the vendor would otherwise read
  several packets at once, which is cheaper. The slowest contenders still fall behind and profit from that.
- There are three rounds of 10,000 requests in flight. Requests start over 2.5 seconds and are answered after four, so that all of them
  are in flight at once and the system refuses no connection.
- “Added” by the router is the difference to a provider that answers at once, in the same process without a router.
- Memory is that of live objects, read after garbage collection in fresh processes. The resident size says little, because it
  grows when V8 enlarges the young generation; so that has a fixed size of 16 MB in every process. Heap in flight is
  what 200 requests that wait for a vendor hold, without their connections. The router's own is measured with 1,000 requests over a
  provider that waits.
- A fresh process imports what it needs, takes prices from the catalog, and ends after its first answer.
- The processor time of the Portkey gateway is reported separately from its client's. Its streams fail with current versions of
  \`@hono/node-server\`, so it runs with 1.13.8, with which they work.`;

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
  const warming = warmingTable(measured);
  return `${[
    intro,
    `Measured on ${date}. ${machine.join(' ')}`,
    `Versions: ${versions}.`,
    ...skipped,
    `## Goals\n\nIn parentheses is the 95% confidence interval of the median, from order statistics of at least ${leastRounds} rounds. A goal is met or missed if the whole interval is on one side of the limit; otherwise it is undecided.`,
    goalTable(judged),
    '## At a glance',
    ...charts,
    how(rounds),
    '## Figures',
    ...scenarios,
    ...(router === undefined ? [] : [`### The router alone\n\n${router}`]),
    ...(warming === undefined ? [] : [`### While a process warms up\n\n${warming}`]),
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
