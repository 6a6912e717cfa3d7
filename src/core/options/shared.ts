import {
  amount,
  duration,
  each,
  is,
  isNumber,
  only,
  orFalse,
  ratio,
  type Shape,
  type Shapes,
} from '../../util/shape.ts';

// What the options of routers and of calls have in common.

export const interruptedWords = ['error', 'restart', 'continue', 'continue-or-restart'];

const names = ['request', 'attempt', 'connect', 'response', 'firstToken', 'idle', 'unread'];
export const timeouts: Shape = /* @__PURE__ */ only(/* @__PURE__ */ each(names, duration));

const percentiles = ['p90', 'p95', 'p99'];
const hedging: Shapes = {
  delay: is(
    "milliseconds, or 'p90', 'p95' or 'p99'",
    (value) => isNumber(value, 0) || percentiles.includes(value as string),
  ),
  ratio,
  maxCost: amount,
};

/** A `hedge` with these fields, or `false`. */
export function hedge(...fields: readonly string[]): Shape {
  return orFalse(only(Object.fromEntries(Object.entries(hedging).filter(([name]) => fields.includes(name)))));
}
