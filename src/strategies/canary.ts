import type { Strategy } from '../types/options/strategy.ts';
import { hashShare } from '../util/hash.ts';
import { check } from '../util/option-check.ts';
import { anything, is, only, ratio as share } from '../util/shape.ts';
import { priority } from './priority.ts';
import { without } from './shared/constraints.ts';

/** The new target, and how much traffic tries it. */
export interface CanaryTerms<TargetId extends string = string> {
  /** Id of the new target. */
  readonly target: TargetId;
  /** Ratio of traffic that tries it first, 0 to 1. */
  readonly ratio: number;
  /**
   * Strategy for all other targets and traffic.
   * @default priority()
   */
  readonly strategy?: Strategy<TargetId>;
}

const shape = only(
  { strategy: anything },
  { target: is('the id of a target', (value) => typeof value === 'string'), ratio: share },
);

/**
 * Sends a ratio of the traffic to a new target. All requests of a session get the same choice. For other
 * traffic the new target comes last; when it fails, its requests fail over to the others.
 *
 * @throws ConfigError for a ratio that is not between 0 and 1, or an invalid target id
 * @example
 * createRouter({ targets, strategy: canary({ target: 'new-model', ratio: 0.05, strategy: lowestCost() }) });
 */
export function canary<const TargetId extends string>(terms: CanaryTerms<TargetId>): Strategy<TargetId> {
  check('canary()', terms ?? null, shape);
  const { target, ratio, strategy = priority() as Strategy<TargetId> } = terms;
  return {
    name: `canary(${strategy.name})`,
    unknownTargets: (known: readonly string[]) => [
      ...without(known, [target]),
      ...(strategy.unknownTargets?.(known as TargetId[]) ?? []),
    ],
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
