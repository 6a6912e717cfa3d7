import type { Selected } from '../../types/result/decision.ts';
import type { RequestState } from '../request.ts';
import { plainRouting } from '../routing/plain-routing.ts';
import { type Failover, TargetFailover } from './failover.ts';
import { recoveryPart } from './recovery-part.ts';

/** Stations 5 and 6: chooses the targets of a request whose route has been selected, and gets ready to try them. */
export function startFailover(request: RequestState, selected: Selected | undefined): Failover {
  const choose = request.env.parts.get(recoveryPart)?.chooseTargets ?? plainRouting;
  const routing = choose(request, selected);
  const { first } = routing;
  request.decide(routing, first !== undefined);
  if (request.observers !== undefined) request.observers.routed(routing.decision);
  const { memory, policies } = request.route;
  memory.turn += 1;
  memory.previous = first === undefined ? routing.decision.candidates[0]?.target : first.target.id;
  if (policies.hedge !== false) policies.hedges.earn();
  policies.retries.earn();
  return new TargetFailover(request, routing);
}
