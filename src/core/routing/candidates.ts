import type { RankContext } from '../../types/options/strategy.ts';
import type { Decision, RankedTarget, Selected, SkippedTarget } from '../../types/result/decision.ts';
import type { RequestState } from '../request.ts';
import type { Excluded } from '../stations/exclude.ts';
import type { Channel, Target } from '../targets/target.ts';
import { emitHealthChange, targetHealth } from '../targets/target-health.ts';
import { CandidateView } from './candidate-view.ts';
import type { Exclude } from './exclude.ts';
import { exclusionsFor } from './exclusions.ts';
import { byPreference, pinOf, recoveringLast } from './more/preferences.ts';

/** The result of routing, for the decision trace and for failover. */
export interface RoutingResult {
  /** The channel to try first, where the others have not been considered yet: reading any other field considers them. */
  readonly first?: Channel;
  readonly decision: Decision;
  /** In the order to try them. */
  readonly ranked: readonly Channel[];
  /** Excluded for a temporary reason: used once it has passed, or as a last resort. */
  readonly waiting: readonly Channel[];
  /** The error for the caller if all targets are excluded permanently and it is not `NoTargetError`. */
  readonly refusal: ((decision: Decision) => Error) | undefined;
}

/**
 * Stations 5 and 6: excludes targets that must not get the request, each with a reason, and ranks the rest by the route's strategy.
 *
 * @param selected how the route was selected, if it was
 * @param chosen the candidate that was chosen before the others were considered, and the context in which it was
 */
export function chooseCandidates(
  request: RequestState,
  selected: Selected | undefined,
  chosen?: CandidateView,
  before?: RankContext,
): RoutingResult {
  const { route, env } = request;
  const now = env.clock.now();
  request.pin = request.request.providerOptions === undefined ? undefined : pinOf(request);
  const { ready, later, skipped, refusal, allPlain } = consider(request, now, chosen);
  const context = before ?? contextOf(request, now);
  const ranking = route.policies.strategy.rank(ready, context);
  const { inputIsCounted: isCounted } = request; // read after ranking
  const order = allPlain ? ranking : recoveringLast(ranking, request, now);
  const candidates: RankedTarget[] = [];
  const ranked: Channel[] = [];
  for (const candidate of chosen === undefined ? order : [chosen, ...order]) {
    // Ignores unknown and repeated candidates.
    if (!(candidate instanceof CandidateView) || candidate.chosen) continue;
    candidate.chosen = true;
    candidates.push(describe(candidate, isCounted, now));
    const [only] = candidate.of.channels;
    if (only !== undefined && candidate.of.channels.length === 1) ranked.push(only);
    else ranked.push(...byPreference(candidate.of, request));
  }
  for (const candidate of ready) {
    if (candidate.chosen) continue;
    skipped.push({ target: candidate.of.id, reason: 'not-ranked', ...noted(candidate) });
  }
  // A target that the strategy does not rank stays excluded, even if all others fail.
  const allowed =
    later.length === 0 ? [] : route.policies.strategy.rank(later, context).filter(CandidateView.is);
  const waiting = [...new Set(allowed)].flatMap(({ of }) => byPreference(of, request));
  const decision = {
    route: route.name,
    ...(selected === undefined ? {} : { selected }),
    strategy: route.policies.strategy.name,
    candidates: [...candidates], // without the spare room of an array that has grown: the request keeps it
    skipped,
    ...(request.notes === undefined ? {} : { notes: request.notes }),
    ...(request.lookup === undefined ? {} : { lookup: request.lookup }),
  };
  const { pin } = request;
  if (pin === undefined) return { decision, ranked: [...ranked], waiting, refusal };
  // Only this channel has the state that the request depends on, so there is no failover.
  for (const { target } of decision.candidates.splice(1)) skipped.push({ target, reason: 'pinned' });
  const only = ranked.find(pin);
  if (only !== undefined) return { decision, ranked: [only], waiting: [], refusal };
  return { decision, ranked: [], waiting: waiting.filter(pin).slice(0, 1), refusal };
}

interface Considered {
  /** Eligible for the request. */
  readonly ready: CandidateView[];
  /** Excluded for a temporary reason. */
  readonly later: CandidateView[];
  readonly skipped: SkippedTarget[];
  readonly refusal: Excluded['error'];
  /** None of those that are ready can be recovering from a failure. */
  readonly allPlain: boolean;
}

/** Checks each target of the route; the first reason against it counts. */
function consider(request: RequestState, now: number, chosen: CandidateView | undefined): Considered {
  const { route } = request;
  const skipped: SkippedTarget[] = [];
  const ready: CandidateView[] = [];
  const later: CandidateView[] = [];
  let refusal: Excluded['error'];
  let allPlain = true;
  const reasons = exclusionsFor(request);
  for (const each of route.targets) {
    const found = viewOf(each, request, now);
    const isChosen = chosen !== undefined && found.of === chosen.of;
    const candidate = isChosen ? chosen : found;
    const excluded = isChosen ? undefined : exclusionOf(candidate, reasons, request, now);
    if (excluded === undefined) {
      ready.push(candidate);
      allPlain &&= candidate.plain;
      continue;
    }
    if (excluded.passes) later.push(candidate);
    refusal ??= excluded.error;
    skipped.push({ target: candidate.of.id, ...excluded.trace });
  }
  return { ready, later, skipped, refusal, allPlain };
}

/** The state of a target of the route for a kind of request. */
export function workloadOf(each: Target, { operation: { workload } }: RequestState): Target {
  return each.workload === workload ? each : each.of(workload);
}

/** A target of the route, for a request. Listeners get events if its health has changed. */
export function viewOf(each: Target, request: RequestState, now: number): CandidateView {
  const { workload } = request.operation;
  const target = each.workload === workload ? each : each.of(workload);
  const first = emitHealthChange(target, request.env, now);
  const { state } = (target.channels.length === 1 && first) || targetHealth(target, now);
  return new CandidateView(target, request, now, state);
}

/** The first reason against a target. */
export function exclusionOf(
  candidate: CandidateView,
  reasons: readonly Exclude[],
  request: RequestState,
  now: number,
): Excluded | undefined {
  for (const exclude of reasons) {
    const excluded = exclude(candidate, request, now);
    if (excluded !== undefined) return excluded;
  }
  return undefined;
}

/** The strategy's view of the request. */
export function contextOf(request: RequestState, now: number): RankContext {
  const { options, session, metadata, route, operation, env } = request;
  return {
    request: request.asked,
    session,
    metadata,
    tenant: options.tenant,
    user: options.user,
    tags: options.tags ?? [],
    stream: operation.streamed,
    timeLeft: options.deadline === undefined ? Number.POSITIVE_INFINITY : request.timeLeft,
    now,
    turn: route.memory.turn,
    previous: route.memory.previous,
    random: env.random,
    note(candidate, more) {
      if (CandidateView.is(candidate)) candidate.noted = { ...candidate.noted, ...more };
    },
  };
}

function describe(candidate: CandidateView, isCounted: boolean, now: number): RankedTarget {
  const { of, noted: facts } = candidate;
  // Only if ranking computed it, so that the trace does not slow down a request.
  const estimatedCost = isCounted ? candidate.estimatedCost : undefined;
  const firstToken = of.stats.firstToken(now);
  const described: { -readonly [Field in keyof RankedTarget]: RankedTarget[Field] } = {
    target: of.id,
    inFlight: of.limits.places.taken,
  };
  if (estimatedCost !== undefined) described.estimatedCost = estimatedCost;
  if (firstToken !== undefined) described.firstToken = firstToken;
  if (facts !== undefined) described.facts = facts;
  return described;
}

function noted({ noted: facts }: CandidateView): { readonly facts?: NonNullable<RankedTarget['facts']> } {
  return facts === undefined ? {} : { facts };
}
