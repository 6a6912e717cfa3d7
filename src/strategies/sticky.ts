import type { RankContext, Strategy } from '../types/options/strategy.ts';
import { hashShare } from '../util/hash.ts';
import { priority } from './priority.ts';
import { checkTerms } from './shared/constraints.ts';

export interface StickyTerms {
  /** For requests without a session; for all others, what it leaves out is left out. Default: `priority()`. */
  readonly strategy?: Strategy;
  /** What a request sticks by. Default: its `session`. */
  readonly by?: (context: RankContext) => string | undefined;
}

/**
 * Requests of one session to one target, in every process and without anything being stored: targets are shared out among sessions
 * in proportion to their weights, and when one is gone only its own sessions move. Rendezvous hashing (Thaler, Ravishankar, "Using
 * Name-Based Mappings to Increase Hit Rates", IEEE/ACM Transactions on Networking 6, 1998), with weights.
 *
 * @throws ConfigError for a term that is not known
 * @example
 * createRouter({ targets, strategy: sticky({ strategy: lowestCost({ tags: ['eu'] }) }) });
 * router.chat({ messages }, { session: user.id });
 */
export function sticky(terms: StickyTerms = {}): Strategy {
  checkTerms('sticky', terms, ['strategy', 'by']);
  const { strategy = priority(), by = sessionOf } = terms;
  return {
    name: `sticky(${strategy.name})`,
    rank(candidates, context) {
      const session = by(context);
      const allowed = strategy.rank(candidates, context);
      if (session === undefined) return allowed;
      return allowed
        .map((candidate) => {
          const lot = hashShare(`${session}\n${candidate.target.id}`) || Number.MIN_VALUE;
          // The same for all, and the greater the more the target weighs.
          return { candidate, lot, claim: Math.log(lot) / candidate.target.weight };
        })
        .toSorted((a, b) => (a.claim === b.claim ? b.lot - a.lot : b.claim - a.claim))
        .map(({ candidate }) => candidate);
    },
  };
}

function sessionOf({ session }: RankContext): string | undefined {
  return session;
}
