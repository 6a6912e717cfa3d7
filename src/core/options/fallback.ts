import type { FallbackFailure, FallbackOn } from '../../types/error.ts';
import { elements, is, type Shape } from '../../util/shape.ts';

/** Whether a failure fails over; `undefined` leaves it to the router. */
export type FallbackRule = (failure: FallbackFailure) => boolean | undefined;

/** The rule of a `fallbackOn` option. */
export function fallbackRule(option: FallbackOn | undefined): FallbackRule {
  if (option === undefined) return () => undefined;
  if (typeof option === 'function') return (failure) => option(failure) ?? undefined;
  return ({ kind }) => (option.includes(`!${kind}`) ? false : option.includes(kind) || undefined);
}

/** A function, or a list of kinds, each possibly with a `!`. */
export function fallbackOn(kinds: readonly string[]): Shape {
  const list = is('a list of error kinds, or a function of the failure', Array.isArray);
  const kind = is(
    `one of ${kinds.join(', ')}, with a leading ! to return it to the caller`,
    (value) => typeof value === 'string' && kinds.includes(value.replace(/^!/, '')),
  );
  return (value) =>
    typeof value === 'function' ? undefined : (list(value) ?? elements(value as readonly unknown[], kind));
}
