import type { Output } from '../output.ts';
import type { Sums } from './results.ts';

/** The progress of a batch. */
export interface Progress extends Sums {
  readonly total: number;
  /** Batches at vendors that are not read. */
  readonly batches: number;
  /** Milliseconds until the deadline. */
  readonly timeLeft: number;
}

/** Shows the progress of a batch, until it is stopped. */
export interface Meter {
  show(progress: Progress): void;
  stop(progress: Progress): void;
}

/** A bar on a terminal, otherwise a line for each tenth of the requests. */
export function meterOn({ err, terminal }: Output): Meter {
  return terminal === undefined ? plainMeter(err) : barMeter(err, () => terminal.columns);
}

/** Milliseconds between two drawings of the bar. */
const pause = 100;
/** Returns to the start of the line and clears it (ECMA-48, EL). */
const clear = '\r\u001B[2K';

function barMeter(err: (text: string) => void, columns: () => number): Meter {
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    show(progress) {
      const now = performance.now();
      if (now - drawnAt < pause) return;
      drawnAt = now;
      err(clear + barLine(progress, columns()));
    },
    stop(progress) {
      err(`${clear}${barLine(progress, columns())}\n`);
    },
  };
}

function plainMeter(err: (text: string) => void): Meter {
  let shown = -1;
  const write = (progress: Progress): void => err(`${plainLine(progress)}\n`);
  return {
    show(progress) {
      const tenth = Math.floor((10 * progress.written) / progress.total);
      if (tenth === shown) return;
      shown = tenth;
      write(progress);
    },
    stop(progress) {
      if (progress.written > 0 && Math.floor((10 * progress.written) / progress.total) !== shown)
        write(progress);
    },
  };
}

const shortestBar = 10;
const longestBar = 40;

/** A line that fits the columns: less important parts are omitted first. */
export function barLine(progress: Progress, columns: number): string {
  const { written, total } = progress;
  const { percent, count, failed, cost, saved, batches, due } = partsOf(progress);
  const forms = [
    [percent, count, failed, cost, saved, batches, due],
    [percent, count, failed, cost, saved, due],
    [percent, count, failed, cost, saved],
    [percent, cost, saved],
    [percent, count],
    [percent],
  ].map((parts) => parts.filter((part) => part !== '').join('  '));
  // The last column stays free: some terminals break the line there.
  const room = (text: string): number => columns - 2 - text.length;
  const text = forms.find((form) => room(form) >= shortestBar) ?? percent;
  const length = Math.max(0, Math.min(longestBar, room(text)));
  const full = Math.floor((length * written) / total);
  return `${'█'.repeat(full)}${'░'.repeat(length - full)} ${text}`;
}

export function plainLine(progress: Progress): string {
  const { percent, count, failed, cost, saved, batches, due } = partsOf(progress);
  return [percent.trim(), count, failed, cost, saved, batches, due].filter((part) => part !== '').join(', ');
}

function partsOf({ written, failed, total, cost, saved, batches, timeLeft }: Progress) {
  const number = (value: number): string => value.toLocaleString('en-US');
  return {
    percent: `${String(Math.floor((100 * written) / total)).padStart(3)}%`,
    count: `${number(written)}/${number(total)}`,
    failed: failed === 0 ? '' : `${number(failed)} failed`,
    cost: `${money(cost)} spent`,
    saved: saved === 0 ? '' : `${money(saved)} saved`,
    batches: batches === 0 ? '' : `in ${batches} ${batches === 1 ? 'batch' : 'batches'}`,
    due: written === total ? '' : `due in ${duration(timeLeft)}`,
  };
}

/** Cents, or fractions of them. */
export function money(usd: number): string {
  const sign = usd < 0 ? '-' : '';
  const size = Math.abs(usd);
  return size === 0 || size >= 0.01
    ? `${sign}$${size.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
    : `${sign}$${Number(size.toPrecision(2))}`;
}

const minute = 60_000;

function duration(ms: number): string {
  const minutes = Math.max(0, Math.ceil(ms / minute));
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}m` : `${hours}h ${String(minutes % 60).padStart(2, '0')}m`;
}
