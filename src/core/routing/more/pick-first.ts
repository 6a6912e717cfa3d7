import type { RankContext } from '../../../types/options/strategy.ts';
import type { Decision, Selected } from '../../../types/result/decision.ts';
import type { RequestState } from '../../request.ts';
import type { Channel, Target } from '../../targets/target.ts';
import { CandidateView } from '../candidate-view.ts';
import {
  chooseCandidates,
  contextOf,
  exclusionOf,
  type RoutingResult,
  viewOf,
  workloadOf,
} from '../candidates.ts';
import { exclusionsFor } from '../exclusions.ts';
import { byPreference, isHeldBack } from './preferences.ts';
import { Unchecked } from './unchecked.ts';

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
  const { route, env } = request;
  const { strategy } = route.policies;
  // Options may pin a request to one target.
  const isPinned = request.request.providerOptions !== undefined;
  if (strategy.first === undefined || route.targets.length < many || isPinned) return undefined;
  const now = env.clock.now();
  const context = contextOf(request, now);
  const reasons = exclusionsFor(request);
  const candidates = new Unchecked<Target, CandidateView>(route.targets, {
    random: env.random,
    unchecked(target, again) {
      const of = workloadOf(target, request);
      return again === undefined ? new CandidateView(of, request, now) : again.turnedTo(of);
    },
    eligible(target) {
      const candidate = viewOf(target, request, now);
      const isExcluded = exclusionOf(candidate, reasons, request, now) !== undefined;
      return isExcluded || isHeldBack(candidate, request, now) ? undefined : candidate;
    },
  });
  const picked = strategy.first(candidates, context);
  // Only those that were checked have a state.
  if (!(picked instanceof CandidateView) || picked.state === undefined) return undefined;
  const [first] = byPreference(picked.of, request);
  return first && new LateRouting(request, selected, picked, first, context);
}

/** Routing whose other targets are considered when they are needed. */
class LateRouting implements RoutingResult {
  readonly first: Channel;
  readonly #request: RequestState;
  readonly #selected: Selected | undefined;
  readonly #picked: CandidateView;
  readonly #context: RankContext;
  #whole: RoutingResult | undefined;

  constructor(
    request: RequestState,
    selected: Selected | undefined,
    picked: CandidateView,
    first: Channel,
    context: RankContext,
  ) {
    this.#request = request;
    this.#selected = selected;
    this.#picked = picked;
    this.#context = context;
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
    this.#whole ??= chooseCandidates(this.#request, this.#selected, this.#picked, this.#context);
    return this.#whole;
  }
}
