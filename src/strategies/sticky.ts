import type { RankContext, Strategy } from '../types/options/strategy.ts';
import { hashShare } from '../util/hash.ts';
import { checkObject } from '../util/option-check.ts';
import { priority } from './priority.ts';

/** What requests stick to, and by what. */
export interface StickyTerms {
  /**
   * Strategy for requests without a session; for others, only its exclusions apply.
   * @default priority()
   */
  readonly strategy?: Strategy;
  /**
   * The key that a request sticks by.
   * @default its session
   */
  readonly by?: (context: RankContext) => string | undefined;
}

/**
 * Sends all requests of a session to one target, in every process and without shared state: sessions are
 * distributed in proportion to weights, and when a target is gone only its own sessions move. Weighted
 * rendezvous hashing (Thaler, Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", IEEE/ACM
 * Transactions on Networking 6, 1998).
 *
 * @throws ConfigError for an unknown term
 * @example
 * createRouter({ targets, strategy: sticky({ strategy: lowestCost({ tags: ['eu'] }) }) });
 * router.chat({ messages }, { session: user.id });
 */
export function sticky(terms: StickyTerms = {}): Strategy {
  checkObject('sticky()', terms, ['strategy', 'by']);
  const { strategy = priority(), by = ({ session }: RankContext) => session } = terms;
  return {
    name: `sticky(${strategy.name})`,
    unknownTargets: (known) => strategy.unknownTargets?.(known) ?? [],
    rank(candidates, context) {
      const session = by(context);
      const allowed = strategy.rank(candidates, context);
      if (session === undefined) return allowed;
      return allowed
        .map((candidate) => {
          const lot = hashShare(`${session}\n${candidate.target.id}`) || Number.MIN_VALUE;
          // Deterministic; proportional to the target's weight.
          return { candidate, lot, claim: Math.log(lot) / candidate.target.weight };
        })
        .toSorted((a, b) => b.claim - a.claim || b.lot - a.lot)
        .map(({ candidate }) => candidate);
    },
  };
}
