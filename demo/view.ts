import { styleText } from 'node:util';
import type { Router, UsageEvent } from 'signalbox';
import type { Tally } from './traffic.ts';

type Style = Parameters<typeof styleText>[0];
const paint = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout });

/** Shows the progress: updated in place on a terminal, as lines elsewhere. */
export interface View {
  /** Writes text that stays on screen. */
  write(text: string): void;
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

export function view(router: Router, tally: Tally): View {
  const live = process.stdout.isTTY === true;
  const money = new Map<string, Money>();
  const story: string[] = [];
  let drawn = 0;
  const started = performance.now();
  const clock = (): string =>
    paint('dim', `${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s`);

  const tell = (line: string): void => {
    if (live) story.push(line);
    else console.log(line);
  };
  router.on('usage', ({ target, cost, outcome }: UsageEvent) => {
    const entry = money.get(target) ?? { answered: 0, spent: 0, wasted: 0 };
    if (outcome === 'success') entry.answered += 1;
    entry[outcome === 'success' ? 'spent' : 'wasted'] += cost?.total ?? 0;
    money.set(target, entry);
  });
  router.on('target-state', ({ target, state, previous }) => {
    const style = state === 'healthy' ? 'green' : state === 'recovering' ? 'yellow' : 'red';
    tell(`${clock()}  ${target.padEnd(26)} ${previous} → ${paint(style, state)}`);
  });

  const table = (): string[] => {
    const rows = router.stats().map(({ id, health, failures, firstToken }) => {
      const { answered = 0, spent = 0, wasted = 0 } = money.get(id) ?? {};
      const state = paint(
        health === 'healthy' ? 'green' : health === 'recovering' ? 'yellow' : 'red',
        health.padEnd(9),
      );
      const first = firstToken === undefined ? '–' : `${firstToken.toFixed(0)} ms`;
      const cells = [String(answered), String(failures), first, dollars(spent), dollars(wasted)];
      return `  ${id.padEnd(26)} ${state} ${cells.map((cell) => cell.padStart(10)).join('')}`;
    });
    const heads = ['answered', 'failed', '1st token', 'cost', 'wasted'];
    const head = paint(
      'bold',
      `  ${'target'.padEnd(26)} ${'state'.padEnd(9)} ${heads.map((cell) => cell.padStart(10)).join('')}`,
    );
    const lost =
      tally.lost.length === 0 ? paint('green', '0 lost') : paint('red', `${tally.lost.length} lost`);
    return [
      head,
      ...rows,
      `  ${tally.started} requests, ${tally.answered} answered, ${tally.restarts} restarted, ${lost}`,
    ];
  };

  // Without line wrap, so that a narrow terminal truncates lines.
  const draw = (): void => {
    const lines = [...story.slice(-8), '', ...table()];
    process.stdout.write(
      `\u001b[?7l${drawn > 0 ? `\u001b[${drawn}A` : ''}${lines.map((line) => `\u001b[2K${line}\n`).join('')}\u001b[0J\u001b[?7h`,
    );
    drawn = lines.length;
  };
  let timer: ReturnType<typeof setInterval> | undefined;

  return {
    write: (text) => void process.stdout.write(text),
    chapter(title, style = 'bold') {
      tell(`${clock()}  ${paint(style, title)}`);
      if (live && timer === undefined) timer = setInterval(draw, 100);
    },
    stop() {
      clearInterval(timer);
      if (live) draw();
      else console.log(`\n${table().join('\n')}`);
    },
  };
}

export const dollars = (amount: number): string => `$${amount.toFixed(5)}`;
