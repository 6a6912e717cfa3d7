// The bench against SDKs and peers: `npm run bench`. `-- --quick` takes a minute, `-- --only chat` plays a part, `-- --write` puts the
// result into docs/performance.md, which also says how it is measured.
import { gzipSize } from '../../scripts/sub-paths.ts';
import type { ContenderName } from './contenders/index.ts';
import { type Judged, judge, leastRounds } from './goals.ts';
import { type Load, underLoad } from './load.ts';
import type { Measured } from './measured.ts';
import { type Options, readOptions, UsageError, usage } from './options.ts';
import { installPeers } from './peers.ts';
import { type Cores, findCores, measureAlone, stopAll } from './processes.ts';
import { machine, versions } from './report/machine.ts';
import { page, writePage } from './report/page.ts';
import {
  failures,
  goalTable,
  memoryTable,
  routerTables,
  scenarioTable,
  startTable,
  warmingTable,
} from './report/tables.ts';
import { type Run, startRun } from './run.ts';
import { longParts, parts, scenarios, shortened } from './scenarios.ts';
import { measureStarts } from './start.ts';

const growing: readonly ContenderName[] = ['openai', 'signalbox-openai', 'signalbox-compatible'];

/** Progress: on one line of a terminal; elsewhere only what begins. */
function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
  else if (!text.includes(': ')) console.error(text);
}

async function main(options: Options): Promise<void> {
  const started = performance.now();
  const cores = findCores();
  for (const line of machine(cores)) console.log(line);
  const missing = installPeers();
  if (missing !== undefined) console.log(`Without peers: ${missing}`);
  const { run, measured } = await measure(options, cores);
  const skipped = failures(run.skipped);
  show(measured, skipped);
  const judged = judge(measured);
  showGoals(judged, options);
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  console.log(`\n${options.rounds} rounds, ${minutes} minutes; ${versions()}`);
  if (!options.write) return;
  const date = new Date().toISOString().slice(0, 10);
  const circumstances = {
    date,
    rounds: options.rounds,
    machine: machine(cores),
    versions: versions(),
    skipped,
  };
  writePage(page(measured, judged, circumstances), measured);
}

async function measure(
  { parts: chosen, rounds, quick }: Options,
  cores: Cores | undefined,
): Promise<{ readonly run: Run; readonly measured: Measured }> {
  const played = scenarios
    .filter(({ name }) => chosen.includes(name))
    .map((scenario) => (quick ? shortened(scenario) : scenario));
  const wanted = new Set(played.flatMap((scenario) => scenario.contenders));
  const streams = played.some(({ task }) => task.kind === 'stream' || task.kind === 'tools');
  const run = await startRun(cores, { wanted, streams, quick, say });
  try {
    const results = [];
    for (const scenario of played) {
      say(scenario.name);
      results.push(await run.play(scenario, rounds));
    }
    say('the rest');
    const loads = new Map<string, Load>();
    const watch = async <T>(part: string, work: () => Promise<T>): Promise<T> => {
      const { done, load } = await underLoad(work);
      loads.set(part, load);
      return done;
    };
    const measured: Measured = {
      results,
      warming: run.warming,
      ...(chosen.includes('memory') ? { memory: await watch('memory', () => run.grow(growing)) } : {}),
      ...(chosen.includes('start')
        ? { starts: await watch('start', () => measureStarts(cores, rounds, say)) }
        : {}),
      ...(chosen.includes('router')
        ? {
            router: await watch('router', () => measureAlone(cores, rounds, quick ? 'quick' : 'full')),
          }
        : {}),
      ...(chosen.includes('sizes') ? { core: await core() } : {}),
      loads,
    };
    if (process.stderr.isTTY) say('');
    return { run, measured };
  } finally {
    run.stop();
  }
}

async function core(): Promise<NonNullable<Measured['core']>> {
  return {
    gzip: await gzipSize('signalbox'),
    createRouter: await gzipSize('signalbox', '{ createRouter }'),
  };
}

function show(measured: Measured, skipped: readonly string[]): void {
  const sections: [string, string | undefined][] = [
    ...measured.results.map((result): [string, string] => [
      result.scenario.title,
      scenarioTable(measured, result),
    ]),
    ['While a process warms up', warmingTable(measured)],
    ['The router alone', routerTables(measured)],
    ['Memory', memoryTable(measured)],
    ['The first answer of a fresh process', startTable(measured)],
  ];
  for (const [title, text] of sections) if (text !== undefined) console.log(`\n### ${title}\n\n${text}`);
  if (skipped.length > 0) console.log(`\n${skipped.join('\n')}`);
}

function showGoals(judged: readonly Judged[], { quick, rounds }: Options): void {
  if (quick || rounds < leastRounds) {
    console.log(`\nGoals are judged after a whole warm-up and ${leastRounds} rounds only.`);
    return;
  }
  const found = judged.filter(({ verdict }) => verdict !== undefined);
  if (found.length > 0) console.log(`\n### Goals\n\n${goalTable(found)}`);
  process.exitCode = found.some(({ verdict }) => verdict === 'missed') ? 1 : 0;
}

process.on('exit', stopAll);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
try {
  const options = readOptions(process.argv.slice(2), parts, longParts);
  if (options === 'help') console.log(usage(parts));
  else await main(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage(parts)}`);
  process.exitCode = 2;
}
