// The tables of a run: on the terminal, and in the documentation.
import { type ContenderName, contenders } from '../contenders/index.ts';
import type { Judged } from '../goals.ts';
import type { Load } from '../load.ts';
import { between, type Figure, figureOf, type Measured } from '../measured.ts';
import { type Result, warmingSteps } from '../run.ts';
import { quantile, ratio, spread } from '../statistics.ts';
import { digits, table, withInterval, withSpread } from './figures.ts';

/** Everyone's figures in one scenario, and who has none. */
export function scenarioTable(measured: Measured, { scenario, played, failed, load }: Result): string {
  const { name, task } = scenario;
  const streams = task.kind === 'stream' || task.kind === 'tools';
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
  return [table(head, rows), ...gatewayNote(measured, name), ...failures(failed), ...loadNote(load)].join(
    '\n\n',
  );
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
export function routerTables({ router, loads }: Measured): string | undefined {
  if (router === undefined) return undefined;
  const { chat, chunk, choice, held } = router;
  const shares = table(
    ['over a provider that answers at once', 'CPU µs'],
    [
      ['added to a chat', withSpread(chat)],
      ['added to a streamed chunk', withSpread(chunk)],
    ],
  );
  const rows = Object.entries(choice).map(([strategy, bySize]) => [
    `\`${strategy}\``,
    ...[1, 10, 100, 1_000].map((size) => withSpread(bySize[size])),
  ]);
  const choices = table(['CPU µs of a chat', '1 target', '10 targets', '100', '1,000'], rows);
  const heap = table(
    ['of 1,000 requests in flight', 'KB of heap each'],
    [
      ['chat', withSpread(held.chat)],
      ['stream', withSpread(held.stream)],
    ],
  );
  return [shares, choices, heap, ...loadNote(loads.get('router'))].join('\n\n');
}

export function memoryTable({ memory, loads }: Measured): string | undefined {
  if (memory === undefined) return undefined;
  const afters = [...new Set([...memory.values()].flatMap(({ growth }) => growth.map(({ after }) => after)))];
  const rows = [...memory].map(([name, { growth, held }]) => [
    contenders[name].label,
    ...growth.map(({ memory: { heap } }) => digits(heap)),
    digits((growth.at(-1)?.memory.heap ?? Number.NaN) - (growth[0]?.memory.heap ?? Number.NaN)),
    digits(growth.at(-1)?.memory.rss ?? Number.NaN),
    digits(held.chat / 1_024),
    digits(held.stream / 1_024),
  ]);
  const head = afters.map((after) => `after ${after.toLocaleString('en-US')}`);
  const heads = [
    'live objects in MB',
    ...head,
    'grown by',
    'RSS in the end',
    'KB of heap a chat in flight',
    'a stream',
  ];
  return [table(heads, rows), ...loadNote(loads.get('memory'))].join('\n\n');
}

/** What a chat takes in a young process; everything else is measured after that. */
export function warmingTable({ warming }: Measured): string | undefined {
  if (warming.size === 0) return undefined;
  let done = 0;
  const heads = warmingSteps.map((requests) => {
    const from = done + 1;
    done += requests;
    return `${from.toLocaleString('en-US')} to ${done.toLocaleString('en-US')}`;
  });
  const rows = [...warming].map(([name, taken]) => [contenders[name].label, ...taken.map(digits)]);
  return table(['CPU µs of a chat, by its number', ...heads], rows);
}

/** Fresh processes up to their first answer. */
export function startTable({ starts, loads }: Measured): string | undefined {
  if (starts === undefined) return undefined;
  const base = starts.get('openai')?.map(({ cpu }) => cpu) ?? [];
  const rows = [...starts].map(([name, answers]) => [
    contenders[name].label,
    withSpread(spread(answers.map(({ cpu }) => cpu))),
    withSpread(
      ratio(
        answers.map(({ cpu }) => cpu),
        base,
      ),
    ),
    withSpread(spread(answers.map(({ time }) => time))),
    withSpread(spread(answers.map(({ rss }) => rss))),
  ]);
  const heads = ['', 'CPU ms', '÷ openai', 'ms', 'RSS in MB'];
  return [table(heads, rows), ...loadNote(loads.get('start'))].join('\n\n');
}

/** What else the machine did meanwhile. */
function loadNote(load: Load | undefined): readonly string[] {
  if (load === undefined) return [];
  return [`Load average meanwhile: ${digits(load.least)} to ${digits(load.most)}.`];
}

export function goalTable(judged: readonly Judged[]): string {
  const text = { met: 'met', missed: '**missed**', undecided: 'undecided' };
  return table(
    ['goal', 'wanted', 'found', ''],
    judged.map(({ goal, wanted, found, unit, verdict }) => [
      goal,
      wanted,
      withInterval(found, unit),
      verdict === undefined ? 'not measured' : text[verdict],
    ]),
  );
}
