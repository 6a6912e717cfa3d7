import { ConfigError } from '../errors.ts';
import type { RankContext, Strategy } from '../types/options/strategy.ts';
import { priority } from './priority.ts';

export interface Rule {
  /** Whether the rule is for a request. */
  readonly when: (request: RankContext['request'], context: RankContext) => boolean;
  /** A strategy; or the id of a target, or of several, that come first: the others stand by, in the order of `otherwise`. */
  readonly use: Strategy | string | readonly string[];
}

/**
 * The first rule that is for a request says where it goes.
 *
 * @param otherwise for requests that no rule is for. Default: `priority()`
 * @throws ConfigError for a rule without `when` or `use`
 * @example
 * rules([
 *   { when: (_, { metadata }) => metadata.plan === 'free', use: lowestCost() },
 *   { when: (request) => 'tools' in request, use: 'openai/gpt-5-mini' },
 * ], lowestLatency());
 */
export function rules(list: readonly Rule[], otherwise: Strategy = priority()): Strategy {
  for (const [index, rule] of list.entries()) check(rule, `rules([${index}])`);
  return {
    name: 'rules',
    rank(candidates, context) {
      const index = list.findIndex(({ when }) => when(context.request, context));
      const rule = list[index];
      if (rule === undefined) return otherwise.rank(candidates, context);
      for (const candidate of candidates) context.note(candidate, { rule: index });
      const { use } = rule;
      if (isStrategy(use)) return use.rank(candidates, context);
      const ids = typeof use === 'string' ? [use] : use;
      const first = ids.flatMap((id) => candidates.find(({ target }) => target.id === id) ?? []);
      const rest = candidates.filter((candidate) => !first.includes(candidate));
      return [...first, ...otherwise.rank(rest, context)];
    },
  };
}

function isStrategy(use: Rule['use']): use is Strategy {
  return typeof use === 'object' && 'rank' in use;
}

function check({ when, use }: Rule, name: string): void {
  if (typeof when !== 'function') throw new ConfigError(`${name}.when`, 'a function', typeof when);
  const ids = typeof use === 'string' || (Array.isArray(use) && use.every((id) => typeof id === 'string'));
  if (!ids && !(typeof use === 'object' && use !== null && 'rank' in use)) {
    throw new ConfigError(`${name}.use`, 'a strategy or ids of targets', String(use));
  }
}
