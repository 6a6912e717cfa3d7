import { ConfigError } from '../errors.ts';
import type { Select } from '../types/options/select.ts';
import { complexityOf } from './complexity.ts';

/** The options of `byComplexity`. */
export interface ByComplexityOptions<Simple extends string = string, Complex extends string = string> {
  /** The route, or the target's id, of requests below the threshold. */
  readonly simple: Simple;
  /** Of those from the threshold on. */
  readonly complex: Complex;
  /** 0 (all are complex) to 1. Default: 0.35, which one strong sign, such as a block of code, reaches alone. */
  readonly threshold?: number;
}

const usualThreshold = 0.35;
const fields = ['simple', 'complex', 'threshold'];

/**
 * A `select` that sends simple requests one way and complex ones another, by the score of `complexityOf`. It is a guess: to
 * be told about an answer that was too simple after all, use `accept`.
 *
 * @throws ConfigError for a name that is none, a threshold that is not from 0 to 1, and unknown options
 * @example
 * createRouter({ targets, routes, select: byComplexity({ simple: 'cheap', complex: 'strong' }) });
 */
export function byComplexity<const Simple extends string, const Complex extends string>(
  options: ByComplexityOptions<Simple, Complex>,
): Select<Simple | Complex> {
  for (const field of Object.keys(options)) {
    if (!fields.includes(field)) {
      throw new ConfigError(
        `byComplexity.${field}`,
        `one of the options ${fields.join(', ')}`,
        'an unknown option',
      );
    }
  }
  const { simple, complex, threshold = usualThreshold } = options;
  for (const [field, name] of Object.entries({ simple, complex })) {
    if (typeof name !== 'string' || name === '')
      throw new ConfigError(`byComplexity.${field}`, 'the name of a route', String(name));
  }
  if (!(threshold >= 0 && threshold <= 1))
    throw new ConfigError('byComplexity.threshold', 'a number from 0 to 1', String(threshold));
  return (request) => (complexityOf(request).score < threshold ? simple : complex);
}
