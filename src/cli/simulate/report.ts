import type { Figures, Row } from '../../simulator/summary.ts';

/** The result of a simulation. */
export interface Report {
  /** The file with the traffic. */
  readonly source: string;
  readonly seed: number;
  /** The moments of the first and the last request, as ISO dates. */
  readonly from: string;
  readonly to: string;
  /** In the order of `priority`. */
  readonly targets: readonly string[];
  /** The actual figures; only with a log. */
  readonly actual?: Figures;
  readonly strategies: readonly Row[];
  /** Data that were omitted or are too few. */
  readonly notes: readonly string[];
  /** Facts that the simulation cannot know. */
  readonly limits: readonly string[];
}

const ofAll = [
  'Whether the answers would have been as good.',
  'Whether a target would have slowed down or rejected requests under more traffic than it had.',
];

/** Facts that a replay of a log cannot know. */
export const limitsOfReplay: readonly string[] = [
  ...ofAll,
  'How long an answer to the same request would have been at another target, how that target counts tokens, and what its prompt cache would have held: these are drawn from its attempts with requests of similar size around that time.',
  'Which timeouts, retries, breakers and limits the application had: the simulation uses the router’s defaults, or those of --options and --targets.',
];

/** Facts that a scenario cannot know. */
export const limitsOfScenario: readonly string[] = [
  ...ofAll,
  'Whether real targets and traffic behave as described in the file.',
];

/** As text. */
export function toText(report: Report): string {
  const { source, seed, from, to, targets, actual, strategies, notes, limits } = report;
  const first = actual ?? strategies[0];
  const dollars = inDollars(Math.max(actual?.cost ?? 0, ...strategies.map(({ cost }) => cost)));
  const rows = strategies.map((row, index) => [
    row.strategy,
    ...cells(row, dollars),
    actual === undefined && index === 0 ? '–' : difference(row.difference, first?.cost ?? 0, dollars),
    ...speeds(row),
  ]);
  const happened =
    actual === undefined ? [] : [['what happened', ...cells(actual, dollars), '–', ...speeds(actual)]];
  const head = ['', 'requests', 'answered', 'failed', 'left', 'cost', actual ? 'to log' : 'to first'];
  const times = ['first token p50', 'p95', 'p99', 'total p95'];
  const unpriced = [
    ...(actual === undefined ? [] : [{ strategy: 'what happened', ...actual }]),
    ...strategies,
  ]
    .filter((row) => row.unpriced > 0)
    .map((row) => `${row.strategy}: ${row.unpriced} answers have no known cost.`);
  return [
    `${source}: ${from} to ${to}, seed ${seed}`,
    `targets: ${targets.join(', ')}`,
    '',
    ...table([[...head, ...times], ...happened, ...rows]),
    '',
    'answered by:',
    ...table([
      ...(actual === undefined ? [] : [['what happened', shares(actual)]]),
      ...strategies.map((row) => [row.strategy, shares(row)]),
    ]),
    ...section('Note:', [...notes, ...unpriced]),
    ...section('What this cannot know:', limits),
    '',
  ].join('\n');
}

function cells({ requests, answered, failed, aborted, cost }: Figures, dollars: Dollars): readonly string[] {
  return [String(requests), String(answered), String(failed), String(aborted), dollars(cost)];
}

function speeds({ firstToken, total }: Figures): readonly string[] {
  return [firstToken?.p50, firstToken?.p95, firstToken?.p99, total?.p95].map(time);
}

/** Text in the first column, numbers aligned to the right. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 || row.length === 2 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `- ${line}`)];
}

function shares({ shares: of }: Figures): string {
  const all = Object.entries(of).map(([id, share]) => `${id} ${(100 * share).toFixed(1)} %`);
  return all.length === 0 ? 'none' : all.join(', ');
}

/** US$, with as many digits as the largest amount needs. */
type Dollars = (amount: number) => string;

function inDollars(largest: number): Dollars {
  const digits = largest >= 1 ? 2 : largest >= 0.01 ? 4 : 6;
  return (amount) => `$${amount.toFixed(digits)}`;
}

function difference(amount: number, base: number, dollars: Dollars): string {
  const sign = amount < 0 ? '−' : '+';
  const share = base === 0 ? '' : ` (${sign}${Math.abs((100 * amount) / base).toFixed(1)} %)`;
  return `${sign}${dollars(Math.abs(amount))}${share}`;
}

function time(ms: number | undefined): string {
  if (ms === undefined) return '–';
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
