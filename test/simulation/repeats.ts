import { dice } from './dice.ts';
import type { Plan, RequestPlan } from './plan.ts';

/** The same world, in which many requests ask what an earlier one has asked, at the same time or later. */
export function withRepeats(plan: Plan): Plan {
  const throws = dice(plan.seed + 7_919);
  const recent: RequestPlan[] = [];
  const requests = plan.requests.map((request) => {
    const isEmbed = request.kind === 'embed';
    const alike = recent.filter(
      ({ route, fault, kind }) =>
        route === request.route && fault === request.fault && (kind === 'embed') === isEmbed,
    );
    const earlier = throws.chance(0.6) ? alike.at(-1) : undefined;
    const repeated = { ...request, asks: earlier?.asks ?? request.number };
    recent.push(repeated);
    if (recent.length > 8) recent.shift();
    return repeated;
  });
  return { ...plan, requests };
}

/** The request whose question a request repeats. */
export function asksOf({ asks, number }: RequestPlan): number {
  return asks ?? number;
}
