import type { Decision, Selected } from '../../../types/result/decision.ts';
import type { RequestState } from '../../request.ts';
import type { Channel } from '../../targets/target.ts';
import { CandidateView } from '../candidate-view.ts';
import { chooseCandidates, contextOf, exclusionOf, type RoutingResult, viewOf } from '../candidates.ts';
import { exclusionsFor } from '../exclusions.ts';
import { byPreference, isHeldBack } from './preferences.ts';

/** From how many targets on considering all of them takes longer than the rest of a request. */
const many = 17;

/** Stations 5 and 6, as far as they are needed: considers all targets, or only the one to try first. */
export function chooseTargets(request: RequestState, selected: Selected | undefined): RoutingResult {
  return pickFirst(request, selected) ?? chooseCandidates(request, selected);
}

/**
 * Chooses only the target to try first, if the strategy can do that; `undefined` if all have to be considered. The others are
 * considered when one of them is needed or the decision is read.
 */
function pickFirst(request: RequestState, selected: Selected | undefined): RoutingResult | undefined {
  const { strategy } = request.route.policies;
  // Options may pin a request to one target.
  const isPinned = request.request.providerOptions !== undefined;
  if (strategy.first === undefined || request.route.targets.length < many || isPinned) return undefined;
  const now = request.env.clock.now();
  const picked = strategy.first(new Fitting(request, now), contextOf(request, now));
  if (!(picked instanceof CandidateView)) return undefined;
  const [first] = byPreference(picked.of, request);
  return first && new LateRouting(request, selected, picked, first);
}

/** The targets that can take a request, each checked when it is asked for. */
class Fitting implements Iterable<CandidateView> {
  readonly #request: RequestState;
  readonly #now: number;

  constructor(request: RequestState, now: number) {
    this.#request = request;
    this.#now = now;
  }

  *[Symbol.iterator](): Generator<CandidateView, undefined> {
    const request = this.#request;
    const now = this.#now;
    const reasons = exclusionsFor(request);
    for (const target of request.route.targets) {
      const candidate = viewOf(target, request, now);
      if (exclusionOf(candidate, reasons, request, now) === undefined && !isHeldBack(candidate, request, now))
        yield candidate;
    }
    return undefined;
  }
}

/** Routing whose other targets are considered when they are needed. */
class LateRouting implements RoutingResult {
  readonly first: Channel;
  readonly #request: RequestState;
  readonly #selected: Selected | undefined;
  readonly #picked: CandidateView;
  #whole: RoutingResult | undefined;

  constructor(request: RequestState, selected: Selected | undefined, picked: CandidateView, first: Channel) {
    this.#request = request;
    this.#selected = selected;
    this.#picked = picked;
    this.first = first;
  }

  get decision(): Decision {
    return this.#all.decision;
  }

  get ranked(): readonly Channel[] {
    return this.#all.ranked;
  }

  get waiting(): readonly Channel[] {
    return this.#all.waiting;
  }

  get refusal(): RoutingResult['refusal'] {
    return this.#all.refusal;
  }

  get #all(): RoutingResult {
    this.#whole ??= chooseCandidates(this.#request, this.#selected, this.#picked);
    return this.#whole;
  }
}
