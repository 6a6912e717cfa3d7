import { ConfigError } from '../errors.ts';
import type { Strategy } from '../types/options/strategy.ts';
import { hashShare } from '../util/hash.ts';
import { priority } from './priority.ts';
import { checkTerms } from './shared/constraints.ts';

export interface CanaryTerms {
  /** Id of the target that is new. */
  readonly target: string;
  /** Share of the traffic that goes there first, 0 to 1. */
  readonly ratio: number;
  /** For all else. Default: `priority()`. */
  readonly strategy?: Strategy;
}

/**
 * A share of the traffic to a new target. Requests of one session all go there or none does. For the rest it comes last, as
 * it does for its own share when it fails the others take over.
 *
 * @throws ConfigError for a share that is not between 0 and 1, or a target that is no id
 * @example
 * createRouter({ targets, strategy: canary({ target: 'new-model', ratio: 0.05, strategy: lowestCost() }) });
 */
export function canary(terms: CanaryTerms): Strategy {
  checkTerms('canary', terms, ['target', 'ratio', 'strategy']);
  const { target, ratio, strategy = priority() } = terms;
  if (typeof target !== 'string')
    throw new ConfigError('canary(): target', 'the id of a target', typeof target);
  if (!(typeof ratio === 'number' && ratio >= 0 && ratio <= 1)) {
    throw new ConfigError('canary(): ratio', 'a number between 0 and 1', String(ratio));
  }
  return {
    name: `canary(${strategy.name})`,
    rank(candidates, context) {
      const { session, random } = context;
      const lot = session === undefined ? random() : hashShare(`${session}\n${target}`);
      const fresh = candidates.filter((candidate) => candidate.target.id === target);
      const rest = candidates.filter((candidate) => !fresh.includes(candidate));
      const usual = strategy.rank(rest, context);
      if (lot >= ratio) return [...usual, ...fresh];
      for (const candidate of fresh) context.note(candidate, { canary: true });
      return [...fresh, ...usual];
    },
  };
}
