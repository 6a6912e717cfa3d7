import type { FallbackFailure, FallbackKind, FallbackOn } from '../../types/error.ts';
import { type Refuse, show } from '../../util/option-check.ts';

/** Whether a failure fails over; `undefined` leaves it to the router. */
export type FallbackRule = (failure: FallbackFailure) => boolean | undefined;

/** The rule of a `fallbackOn` option. */
export function fallbackRule(option: FallbackOn | undefined): FallbackRule {
  if (option === undefined) return () => undefined;
  if (typeof option === 'function') return (failure) => option(failure) ?? undefined;
  return ({ kind }) => (option.includes(`!${kind}`) ? false : option.includes(kind) || undefined);
}

/** Refuses anything but `undefined`, a function, and a list of kinds, each possibly with a `!`. */
export function checkFallbackOn(
  path: string,
  option: unknown,
  kinds: readonly string[],
  refuse: Refuse,
): void {
  if (option === undefined || typeof option === 'function') return;
  if (!Array.isArray(option))
    refuse(path, 'a list of error kinds, or a function of the failure', show(option));
  for (const [index, kind] of option.entries()) {
    if (typeof kind === 'string' && kinds.includes(kind.replace(/^!/, '') as FallbackKind)) continue;
    refuse(
      `${path}[${index}]`,
      `one of ${kinds.join(', ')}, with a leading ! to return it to the caller`,
      show(kind),
    );
  }
}
