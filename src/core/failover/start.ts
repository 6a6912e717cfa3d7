import type { Selected } from '../../types/result/decision.ts';
import type { RequestState } from '../request.ts';
import { chooseCandidates } from '../routing/candidates.ts';
import { createFailover, type Failover } from './failover.ts';

/** Stations 5 and 6: chooses the targets of a request whose route has been selected, and gets ready to try them. */
export function startFailover(request: RequestState, selected: Selected | undefined): Failover {
  const routing = chooseCandidates(request, selected);
  const { lookup } = request;
  const decision = lookup === undefined ? routing.decision : { ...routing.decision, lookup };
  request.decision = decision;
  request.observers?.routed(decision);
  const { memory, policies } = request.route;
  memory.turn += 1;
  memory.previous = decision.candidates[0]?.target;
  if (policies.hedge !== false) policies.hedges.earn();
  policies.retries.earn();
  return createFailover(request, { ...routing, decision });
}
