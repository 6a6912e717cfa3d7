import { parseArgs } from 'node:util';
import { leastRounds } from './goals.ts';

/** Wrong words on the command line; shown without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Options {
  /** The parts to run. */
  readonly parts: readonly string[];
  readonly rounds: number;
  /** Fewer requests in a turn, and without the parts that cannot be short. */
  readonly quick: boolean;
  /** Into docs/. */
  readonly write: boolean;
}

export const usage = (parts: readonly string[]): string =>
  [
    'npm run bench -- [options]',
    '  --only <part>   one part of it; can be given several times, and ‘stream’ means all that begin with it',
    '  --rounds <n>    how often each contender has its turn, 1 to 50 (9; with --quick 3)',
    '  --quick         a minute: a short warm-up, fewer requests in each turn, without the long parts; judges no goal',
    '  --write         writes docs/performance.md; only of a whole run',
    `parts: ${parts.join(', ')}`,
  ].join('\n');

const mostRounds = 50;

/**
 * @param long those of the parts that `--quick` leaves out
 * @throws UsageError naming the option, what it got, and what it wants
 */
export function readOptions(
  args: readonly string[],
  parts: readonly string[],
  long: readonly string[],
): Options | 'help' {
  const { only, rounds, quick, write, help } = parse(args);
  if (help) return 'help';
  const partial = only !== undefined || quick;
  if (write && partial)
    throw new UsageError('--write: only a whole run can be written, so not with --only or --quick');
  const chosen = only === undefined ? parts : choose(only, parts);
  const played = chosen.filter((part) => !quick || !long.includes(part));
  if (played.length === 0)
    throw new UsageError(`--quick: leaves out ${chosen.join(', ')}, so nothing is left`);
  return {
    parts: played,
    rounds: rounds === undefined ? (quick ? 3 : 9) : readRounds(rounds, write),
    quick,
    write,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true },
        rounds: { type: 'string' },
        quick: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function choose(wanted: readonly string[], parts: readonly string[]): readonly string[] {
  const matches = (part: string, word: string): boolean => part === word || part.startsWith(`${word}-`);
  for (const word of wanted) {
    if (!parts.some((part) => matches(part, word)))
      throw new UsageError(`--only: there is no ‘${word}’; there are ${parts.join(', ')}`);
  }
  return parts.filter((part) => wanted.some((word) => matches(part, word)));
}

function readRounds(text: string, write: boolean): number {
  const rounds = Number(text);
  const least = write ? leastRounds : 1;
  if (!Number.isInteger(rounds) || rounds < least || rounds > mostRounds)
    throw new UsageError(
      `--rounds: ‘${text}’ is not a whole number from ${least}${write ? ', with --write,' : ''} to ${mostRounds}`,
    );
  return rounds;
}
