// Everything that a run found, and what is read from it.
import type { RouterAlone } from './alone/router.ts';
import type { ContenderName } from './contenders/index.ts';
import type { Load } from './load.ts';
import type { Grown } from './memory.ts';
import type { Played, Result, Run } from './run.ts';
import type { Starts } from './start.ts';
import { type difference, median, ratio, type Spread, spread } from './statistics.ts';

/** What a run found; parts that were not run are missing. */
export interface Measured {
  readonly results: readonly Result[];
  readonly warming: Run['warming'];
  readonly memory?: ReadonlyMap<ContenderName, Grown>;
  readonly starts?: Starts;
  readonly router?: RouterAlone;
  /** Gzipped kilobytes of `signalbox` itself, and of an application that uses `createRouter` only. */
  readonly core?: { readonly gzip: number; readonly createRouter: number };
  /** The machine's load while parts that are no scenario were measured, by their name. */
  readonly loads: ReadonlyMap<string, Load>;
}

/** A figure of each round. */
export type Figure = 'cpu' | 'chunk' | 'perSecond' | 'first' | 'gateway';

/** One contender's figures in a scenario, round by round; `undefined` where it did not play. */
export function rounds(
  { results }: Measured,
  scenario: string,
  name: ContenderName,
  figure: Figure,
): readonly number[] | undefined {
  const result = results.find((each) => each.scenario.name === scenario);
  const played = result?.played.get(name);
  if (result === undefined || played === undefined || played.length === 0) return undefined;
  const { chunks } = result.scenario.task.serving;
  const read: Readonly<Record<Figure, (turn: Played) => number>> = {
    cpu: ({ cpu }) => cpu,
    chunk: ({ cpu }) => cpu / chunks,
    perSecond: ({ perSecond }) => perSecond,
    first: ({ firsts }) => median(firsts),
    gateway: ({ gateway }) => gateway ?? Number.NaN,
  };
  return played.map(read[figure]);
}

/** A figure of one contender over all rounds. */
export function figureOf(
  measured: Measured,
  scenario: string,
  name: ContenderName,
  figure: Figure,
): Spread | undefined {
  const values = rounds(measured, scenario, name, figure);
  return values && spread(values);
}

/** What one contender comes to beside another one, round by round; `undefined` where one of them did not play. */
export function between(
  measured: Measured,
  scenario: string,
  [of, base]: readonly [ContenderName, ContenderName],
  figure: Figure,
  how: typeof ratio | typeof difference = ratio,
): Spread | undefined {
  const values = rounds(measured, scenario, of, figure);
  const others = rounds(measured, scenario, base, figure);
  return values && others && how(values, others);
}
