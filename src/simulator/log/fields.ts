import { type Refuse, show } from '../../util/option-check.ts';
import { UsageError } from '../usage-error.ts';

/** Reports a wrong field of a file. */
export const refuseIn =
  (file: string): Refuse =>
  (path, expected, got) => {
    throw new UsageError(path === '' ? file : `${file}: ${path}`, expected, got);
  };

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds: a number, or a string such as `90s`, `10m`, `2h`, `7d`. */
export function checkDuration(path: string, value: unknown, refuse: Refuse): number {
  if (typeof value === 'number' && value >= 0) return value;
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(String(value)) ?? [];
  const factor = units[unit];
  if (typeof value === 'string' && factor !== undefined) return Number(amount) * factor;
  return refuse(path, "milliseconds, or a string such as '90s', '10m', '2h' or '7d'", show(value));
}

/** A ratio from 0 to 1. */
export function checkRatio(path: string, value: unknown, refuse: Refuse, usual: number): number {
  if (value === undefined) return usual;
  const right = typeof value === 'number' && value >= 0 && value <= 1;
  return right ? value : refuse(path, 'a number from 0 to 1', show(value));
}

/** A number above 0. */
export function checkPositive(path: string, value: unknown, refuse: Refuse): number {
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
  return refuse(path, 'a number above 0', show(value));
}
