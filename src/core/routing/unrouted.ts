import type { Decision } from '../../types/result/decision.ts';
import type { RequestState } from '../request.ts';

/** The decision of a request for which no target was chosen. */
export function unrouted({ route, notes }: RequestState): Decision {
  const { name, policies } = route;
  return {
    route: name,
    strategy: policies.strategy.name,
    candidates: [],
    skipped: [],
    ...(notes === undefined ? {} : { notes }),
  };
}
