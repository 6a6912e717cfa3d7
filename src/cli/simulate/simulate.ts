import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { isRouterError } from '../../errors.ts';
import { loadCatalog } from '../../pricing/catalog.ts';
import { refuseIn } from '../../simulator/log/fields.ts';
import { worldOfLog } from '../../simulator/log/from-log.ts';
import { readLog } from '../../simulator/log/read-log.ts';
import { play } from '../../simulator/play.ts';
import { worldOfScenario } from '../../simulator/scenario.ts';
import { toStrategy } from '../../simulator/strategies.ts';
import { figuresOf, type Row } from '../../simulator/summary.ts';
import { checkTargets } from '../../simulator/target-spec.ts';
import { readTrace } from '../../simulator/trace.ts';
import { UsageError } from '../../simulator/usage-error.ts';
import type { World } from '../../simulator/world.ts';
import type { Catalog, Policies } from '../../types/options/options.ts';
import { checkObject } from '../../util/option-check.ts';
import { simulateHelp } from '../help.ts';
import { limitsOfReplay, limitsOfScenario, type Report, toText } from './report.ts';

const flags = {
  log: { type: 'string' },
  scenario: { type: 'string' },
  trace: { type: 'string' },
  strategy: { type: 'string', multiple: true },
  targets: { type: 'string' },
  options: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The parsed flags. */
interface Flags {
  readonly log?: string | undefined;
  readonly scenario?: string | undefined;
  readonly trace?: string | undefined;
  readonly strategies: readonly string[];
  readonly targets?: string | undefined;
  readonly options?: string | undefined;
  readonly seed: number;
}

/** The parts of a report that depend on the source of the traffic. */
type Traffic = Pick<Report, 'source' | 'notes' | 'limits' | 'actual'> & { readonly world: World };

/**
 * `signalbox simulate`.
 *
 * @param args the arguments after the command
 * @returns the text to print
 * @throws UsageError for a wrong flag or file
 */
export async function simulate(args: readonly string[]): Promise<string> {
  const values = parse(args);
  if (values.help === true) return simulateHelp;
  const { log, scenario, trace, strategy: strategies = [], targets, options } = values;
  if ((log === undefined) === (scenario === undefined))
    throw new UsageError('--log', 'either it or --scenario', log === undefined ? 'neither' : 'both');
  if (strategies.length === 0) throw new UsageError('--strategy', 'at least one', 'none');
  if (targets !== undefined && log === undefined)
    throw new UsageError('--targets', '--log beside it: a scenario has its own targets', '--scenario');
  if (trace !== undefined && scenario === undefined)
    throw new UsageError('--trace', '--scenario beside it, with the targets', '--log');
  const seed = toSeed(values.seed);
  const report = await reportOf({ log, scenario, trace, strategies, targets, options, seed });
  return values.json === true ? `${JSON.stringify(report, null, 2)}\n` : toText(report);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags }).values;
  } catch (error) {
    const [line = ''] = String((error as Error).message).split('\n');
    throw new UsageError('signalbox simulate', 'flags as in --help', line);
  }
}

function toSeed(text = '1'): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw new UsageError('--seed', 'a whole number of at least 0', `'${text}'`);
}

async function reportOf(given: Flags): Promise<Report> {
  const { strategies, seed } = given;
  const { world, ...traffic } = await trafficOf(given);
  const ids = world.targets.map(({ id }) => id);
  if (ids.length === 0 || world.arrivals.length === 0)
    throw new UsageError(traffic.source, 'requests, and targets that can answer them', 'none');
  // Every strategy is checked before the first run.
  const wanted = strategies.map((text) => [text, toStrategy(text, ids)] as const);
  const policies = await policiesOf(given.options);
  const rows: Row[] = [];
  for (const [text, strategy] of wanted) {
    const figures = figuresOf(await playOrRefuse(world, strategy, policies, seed));
    const base = traffic.actual?.cost ?? rows[0]?.cost ?? figures.cost;
    rows.push({ strategy: text, ...figures, difference: figures.cost - base });
  }
  const moments = [world.arrivals[0]?.at ?? 0, world.arrivals.at(-1)?.at ?? 0];
  const [from = '', to = ''] = moments.map((at) => new Date(world.start + at).toISOString());
  return { ...traffic, seed, from, to, targets: ids, strategies: rows };
}

async function trafficOf({ log, scenario, trace, targets, seed }: Flags): Promise<Traffic> {
  const catalog: Catalog | undefined = await loadCatalog().catch(() => undefined);
  if (scenario !== undefined) {
    const traced =
      trace === undefined ? undefined : await orRefuse(trace, () => readTrace(linesOf(trace), trace));
    const world = worldOfScenario(await readJSON(scenario), scenario, catalog, seed, traced);
    return { source: trace ?? scenario, world, notes: [], limits: limitsOfScenario };
  }
  const source = log ?? '';
  const requests = await orRefuse(source, () => readLog(linesOf(source), source));
  const specs =
    targets === undefined ? [] : checkTargets('targets', await readJSON(targets), refuseIn(targets));
  const { world, played, notes } = worldOfLog(requests, specs, catalog);
  return { source, world, notes, actual: figuresOf(played), limits: limitsOfReplay };
}

const policyFields = ['timeout', 'retry', 'breaker', 'hedge', 'queue', 'interrupted', 'fallbackOn'];

async function policiesOf(file: string | undefined): Promise<Omit<Policies, 'strategy'>> {
  return file === undefined ? {} : checkObject('', await readJSON(file), policyFields, refuseIn(file));
}

async function playOrRefuse(...world: Parameters<typeof play>): ReturnType<typeof play> {
  try {
    return await play(...world);
  } catch (error) {
    // The router checks its own options.
    if (isRouterError(error, 'config'))
      throw new UsageError('--targets or --options', 'valid options', error.message);
    throw error;
  }
}

function linesOf(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
}

async function readJSON(file: string): Promise<unknown> {
  const text = await orRefuse(file, () => readFile(file, 'utf8'));
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(file, 'JSON', 'something else');
  }
}

/** Reads a file, with a usage error where that fails. */
async function orRefuse<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (error instanceof UsageError || typeof code !== 'string') throw error;
    throw new UsageError(file, 'a file that can be read', code);
  }
}
