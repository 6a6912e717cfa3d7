import type { Select } from '../types/options/select.ts';
import { check } from '../util/option-check.ts';
import { is, only, ratio } from '../util/shape.ts';
import { complexityOf } from './complexity.ts';

/** The options of `byComplexity`. */
export interface ByComplexityOptions<Simple extends string = string, Complex extends string = string> {
  /** The route, or the target's id, of requests below the threshold. */
  readonly simple: Simple;
  /** The route, or the target's id, of requests at or above the threshold. */
  readonly complex: Complex;
  /**
   * 0 (every request is complex) to 1. One strong sign, such as a block of code, reaches the default.
   *
   * @default 0.35
   */
  readonly threshold?: number;
}

const usualThreshold = 0.35;
const route = is('the name of a route', (value) => typeof value === 'string' && value !== '');

/**
 * A `select` that sends simple and complex requests to different routes, by the score of `complexityOf`. The score is a
 * heuristic; to judge the answer itself, use `accept`.
 *
 * @throws ConfigError for an invalid name, a threshold that is not from 0 to 1, and unknown options
 * @example
 * createRouter({ targets, routes, select: byComplexity({ simple: 'cheap', complex: 'strong' }) });
 */
export function byComplexity<const Simple extends string, const Complex extends string>(
  options: ByComplexityOptions<Simple, Complex>,
): Select<Simple | Complex> {
  check('byComplexity', options, only({ threshold: ratio }, { simple: route, complex: route }));
  const { simple, complex, threshold = usualThreshold } = options;
  return (request) => (complexityOf(request).score < threshold ? simple : complex);
}
