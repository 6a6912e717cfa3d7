import type { Selected } from '../../types/result/decision.ts';
import { compact } from '../../util/json.ts';
import type { RequestState } from '../request.ts';
import { chooseCandidates } from '../routing/candidates.ts';
import { createFailover, type Failover } from './failover.ts';

/** Stations 5 and 6: chooses the targets of a request whose route has been selected, and gets ready to try them. */
export function startFailover(request: RequestState, selected: Selected | undefined): Failover {
  const routing = chooseCandidates(request, selected);
  const { missedBy, lookup } = request;
  const isPlain = missedBy === undefined && lookup === undefined;
  const decision = isPlain ? routing.decision : { ...routing.decision, ...compact({ missedBy, lookup }) };
  request.decision = decision;
  request.observers?.routed(decision);
  const { memory, policies } = request.route;
  memory.turn += 1;
  memory.previous = decision.candidates[0]?.target;
  policies.hedges.earn();
  policies.retries.earn();
  return createFailover(request, { ...routing, decision });
}
