// The tables of a run: on the terminal, and in the documentation.
import { type ContenderName, contenders } from '../contenders/index.ts';
import type { Judged } from '../goals.ts';
import { between, type Figure, figureOf, type Measured } from '../measured.ts';
import type { Result } from '../run.ts';
import { quantile } from '../statistics.ts';
import { digits, table, withSpread } from './figures.ts';

/** Everyone's figures in one scenario, and who has none. */
export function scenarioTable(measured: Measured, { scenario, played, failed }: Result): string {
  const { name, task } = scenario;
  const streams = task.kind !== 'chat';
  const figure: Figure = streams ? 'chunk' : 'cpu';
  const head = [
    '',
    `CPU µs a ${streams ? 'chunk' : 'request'}`,
    '÷ fetch',
    '÷ openai',
    ...(streams ? ['first token p50 ms', 'p99 ms'] : ['p50 ms', 'p99 ms', 'requests a second']),
  ];
  const rows = scenario.contenders.flatMap((contender) => {
    const turns = played.get(contender);
    if (turns === undefined) return [];
    const times = turns.flatMap((turn) => (streams ? turn.firsts : turn.times));
    return [
      [
        contenders[contender].label,
        withSpread(figureOf(measured, name, contender, figure)),
        withSpread(between(measured, name, [contender, 'fetch'], figure)),
        withSpread(between(measured, name, [contender, 'openai'], figure)),
        digits(quantile(times, 0.5)),
        digits(quantile(times, 0.99)),
        ...(streams ? [] : [withSpread(figureOf(measured, name, contender, 'perSecond'))]),
      ],
    ];
  });
  return [table(head, rows), ...gatewayNote(measured, name), ...failures(failed)].join('\n\n');
}

function gatewayNote(measured: Measured, scenario: string): readonly string[] {
  const used = figureOf(measured, scenario, 'portkey', 'gateway');
  if (used === undefined || Number.isNaN(used.median)) return [];
  return [
    `The gateway’s own process took ${withSpread(used, 'µs')} of additional processor time for each request.`,
  ];
}

export function failures(failed: ReadonlyMap<ContenderName, string>): readonly string[] {
  return [...failed].map(([name, why]) => `Without ${contenders[name].label}: ${why}`);
}

/** What the router costs by itself, and how much choosing takes. */
export function routerTables({ router }: Measured): string | undefined {
  if (router === undefined) return undefined;
  const { chat, chunk, choice } = router;
  const shares = table(
    ['over a provider that answers at once', 'CPU µs'],
    [
      ['added to a chat', withSpread(chat)],
      ['added to a streamed chunk', withSpread(chunk)],
    ],
  );
  const rows = Object.entries(choice).map(([strategy, bySize]) => [
    `\`${strategy}\``,
    ...[10, 100, 1_000].map((size) => withSpread(bySize[size])),
  ]);
  const choices = table(['CPU µs more than with one target', '10 targets', '100', '1,000'], rows);
  return `${shares}\n\n${choices}`;
}

export function memoryTable({ memory }: Measured): string | undefined {
  if (memory === undefined) return undefined;
  const afters = [...new Set([...memory.values()].flat().map(({ after }) => after))];
  const rows = [...memory].map(([name, seen]) => {
    const [first, last] = [seen[0]?.memory, seen.at(-1)?.memory];
    const grown = first === undefined || last === undefined ? Number.NaN : last.rss - first.rss;
    const heap = first === undefined || last === undefined ? Number.NaN : last.heap - first.heap;
    return [
      contenders[name].label,
      ...seen.map(({ memory: { rss } }) => digits(rss)),
      digits(grown),
      digits(heap),
    ];
  });
  const head = afters.map((after) => `after ${after.toLocaleString('en-US')}`);
  return table(['RSS in MB', ...head, 'grown by', 'of it heap'], rows);
}

export function goalTable(judged: readonly Judged[]): string {
  const verdict = (met: boolean | undefined): string =>
    met === undefined ? 'not measured' : met ? 'met' : '**missed**';
  return table(
    ['goal', 'wanted', 'found', ''],
    judged.map(({ goal, wanted, found, unit, met }) => [goal, wanted, withSpread(found, unit), verdict(met)]),
  );
}
