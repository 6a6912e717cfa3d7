import { styleText } from 'node:util';
import type { Health, Router, UsageEvent } from 'signalbox';
import type { Tally } from './traffic.ts';

type Style = Parameters<typeof styleText>[0];
const paint = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout });

/** Shows the progress: updated in place on a terminal, as lines elsewhere. */
export interface View {
  /** Starts a new chapter. */
  chapter(title: string, style?: Style): void;
  /** Stops drawing and shows the final state. */
  stop(): void;
}

interface Money {
  answered: number;
  spent: number;
  wasted: number;
}

/** Successive states of one target, folded into one line. */
interface Change {
  readonly at: string;
  readonly target: string;
  readonly states: Health[];
}

const colors = { healthy: 'green', recovering: 'yellow' } as const;
const colored = (state: Health, text: string = state): string =>
  paint(state === 'healthy' || state === 'recovering' ? colors[state] : 'red', text);

/** `healthy → failing → recovering`; what alternates is counted: `failing ⇄ recovering ×3`. */
function chainOf(states: readonly Health[]): string {
  const [last, before] = [states.at(-1), states.at(-2)];
  let turns = 0;
  while (turns + 1 < states.length && states[states.length - 1 - turns] === (turns % 2 === 0 ? last : before))
    turns++;
  if (turns < 4 || last === undefined || before === undefined)
    return states
      .slice(-4)
      .map((state) => colored(state))
      .join(' → ');
  return `${colored(before)} ⇄ ${colored(last)} ×${Math.floor(turns / 2)}`;
}

const columnsOf = (): number => process.stdout.columns ?? 80;

/** A line without what a terminal of this width cannot show. Colors take no room. */
function cut(line: string, columns: number): string {
  let shown = '';
  let room = columns;
  for (let at = 0; at < line.length; at++) {
    const end = line[at] === '\u001b' ? line.indexOf('m', at) + 1 : at + 1;
    if (end > at + 1) shown += line.slice(at, end);
    else if (room-- > 0) shown += line[at];
    at = end - 1;
  }
  return shown;
}

/** Writes text as it streams in. Lines break between words. */
export function paragraph(indent: string): { write(text: string): void; end(): void } {
  const width = columnsOf();
  let column = 0;
  let word = '';
  const flush = (): void => {
    if (word === '') return;
    const fits = column > 0 && column + 1 + word.length <= width;
    const before = column === 0 ? indent : fits ? ' ' : `\n${indent}`;
    process.stdout.write(`${before}${word}`);
    column = (fits ? column : 0) + before.replace('\n', '').length + word.length;
    word = '';
  };
  return {
    write(text) {
      for (const character of text) {
        if (/\s/.test(character)) flush();
        else word += character;
      }
    },
    end() {
      flush();
      process.stdout.write('\n');
    },
  };
}

/** Writes a sentence. Lines break between words. */
export function sentence(text: string): void {
  const { write, end } = paragraph('');
  write(text);
  end();
}

const widths = [9, 7, 8, 8, 8];
const cellsOf = (cells: readonly string[]): string =>
  cells.map((cell, index) => cell.padStart(widths[index] ?? 8)).join('');

export function view(router: Router, tally: Tally): View {
  const live = process.stdout.isTTY === true;
  const money = new Map<string, Money>();
  const story: (string | Change)[] = [];
  let drawn = 0;
  const started = performance.now();
  const clock = (): string =>
    paint('dim', `${((performance.now() - started) / 1000).toFixed(1).padStart(4)} s`);
  const textOf = (entry: string | Change): string =>
    typeof entry === 'string' ? entry : `${entry.at}  ${entry.target.padEnd(26)} ${chainOf(entry.states)}`;

  /** Elsewhere than on a terminal a line is written when it is complete. */
  const tell = (entry: string | Change): void => {
    const last = story.at(-1);
    if (!live && last !== undefined) console.log(textOf(last));
    story.push(entry);
  };
  router.on('usage', ({ target, cost, outcome }: UsageEvent) => {
    const entry = money.get(target) ?? { answered: 0, spent: 0, wasted: 0 };
    if (outcome === 'success') entry.answered += 1;
    entry[outcome === 'success' ? 'spent' : 'wasted'] += cost?.total ?? 0;
    money.set(target, entry);
  });
  router.on('target-state', ({ target, state, previous }) => {
    const last = story.at(-1);
    if (typeof last === 'object' && last.target === target) last.states.push(state);
    else tell({ at: clock(), target, states: [previous, state] });
  });

  const table = (): string[] => {
    const rows = router.stats().map(({ id, health, failures, firstToken }) => {
      const { answered = 0, spent = 0, wasted = 0 } = money.get(id) ?? {};
      const first = firstToken === undefined ? '–' : `${firstToken.toFixed(0)} ms`;
      const cells = [String(answered), String(failures), first, cents(spent), cents(wasted)];
      return `${id.padEnd(26)} ${colored(health, health.padEnd(13))}${cellsOf(cells)}`;
    });
    const heads = cellsOf(['answered', 'failed', 'first', 'cost', 'wasted']);
    const head = paint('bold', `${'target'.padEnd(26)} ${'state'.padEnd(13)}${heads}`);
    const lost =
      tally.lost.length === 0 ? paint('green', '0 lost') : paint('red', `${tally.lost.length} lost`);
    return [
      head,
      ...rows,
      `${tally.started} requests, ${tally.answered} answered, ${tally.restarts} restarted, ${lost}`,
    ];
  };

  // Without line wrap, and each line cut to the width, because a terminal would keep the last character of a longer one.
  const draw = (): void => {
    const lines = [...story.slice(-8).map(textOf), '', ...table()].map((line) => cut(line, columnsOf()));
    process.stdout.write(
      `\u001b[?7l${drawn > 0 ? `\u001b[${drawn}A` : ''}${lines.map((line) => `\u001b[2K${line}\n`).join('')}\u001b[0J\u001b[?7h`,
    );
    drawn = lines.length;
  };
  let timer: ReturnType<typeof setInterval> | undefined;

  return {
    chapter(title, style = 'bold') {
      tell(`${clock()}  ${paint(style, title)}`);
      if (live && timer === undefined) timer = setInterval(draw, 100);
    },
    stop() {
      clearInterval(timer);
      if (live) draw();
      else console.log(`${textOf(story.at(-1) ?? '')}\n\n${table().join('\n')}`);
    },
  };
}

export const dollars = (amount: number): string => `$${amount.toFixed(5)}`;
const cents = (amount: number): string => `$${amount.toFixed(4)}`;
