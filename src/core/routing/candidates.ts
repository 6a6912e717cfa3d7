import type { Candidate, RankContext } from '../../types/options/strategy.ts';
import type {
  Decision,
  RankedTarget,
  Selected,
  SkippedTarget,
  SkipReason,
} from '../../types/result/decision.ts';
import { hash } from '../../util/hash.ts';
import { availableAt, hasCapacity } from '../admission/capacity.ts';
import { emitHealthChange, type RouterContext, toEpoch } from '../context.ts';
import type { Operation } from '../operations/operation.ts';
import { missingCapability } from '../operations/requirements.ts';
import { breakersAdmit, type Channel, type Target, targetHealth } from '../targets/target.ts';
import { CandidateView } from './candidate-view.ts';
import { type EstimateInput, expectedTokens } from './estimates.ts';

/** What the choice depends on. */
export interface RoutingInput extends EstimateInput {
  readonly context: Omit<RankContext, 'note'>;
  /** How the route was chosen, where it was. */
  readonly selected?: Selected | undefined;
  readonly only: readonly string[] | undefined;
  readonly maxCost: number | undefined;
}

/** The choice: for people, and for the failover that acts on it. */
export interface RoutingResult {
  readonly decision: Decision;
  /** The order to try. */
  readonly ranked: readonly Channel[];
  /** Left out for a reason that passes: healthy again, or needed after all. */
  readonly waiting: readonly Channel[];
  /** It hangs on what one vendor keeps. */
  readonly bound: boolean;
}

/** Filters a route's targets with reasons and puts those that are left in the order of the route's strategy. */
export function chooseCandidates(question: RoutingInput, env: RouterContext): RoutingResult {
  const { route, context, selected } = question;
  const now = env.clock.now();
  const skipped: SkippedTarget[] = [];
  const ready: CandidateView[] = [];
  const later: CandidateView[] = [];
  const binds = bindingOf(question, env);
  const needs = question.job.needs.get();
  for (const target of route.targets) {
    const first = emitHealthChange(target, env, now);
    const { state } = (target.channels.length === 1 && first) || targetHealth(target, now);
    const candidate = new CandidateView(target, state, question, env, now);
    const lacks = missingCapability(
      target,
      needs,
      contextLengthOf(target, env),
      question.job.inputTokens.get,
    );
    const reason =
      binds !== undefined && !target.channels.some(binds)
        ? 'pinned'
        : reasonToSkip(target, candidate, lacks, question, now);
    if (reason === undefined) {
      ready.push(candidate);
      continue;
    }
    const until = reason === 'over-limit' ? soonest(target, question, now) : targetHealth(target, now).until;
    const passes = ['failing', 'unresponsive', 'cooling-down', 'over-limit', 'misconfigured'].includes(
      reason,
    );
    if (passes) later.push(candidate);
    skipped.push({
      target: target.id,
      reason,
      ...(passes && until !== undefined ? { retryAt: toEpoch(until, env.clock) } : {}),
      ...(reason === 'over-cost' && candidate.estimatedCost !== undefined
        ? { estimatedCost: candidate.estimatedCost }
        : {}),
      ...(reason === 'incapable' && lacks !== undefined ? { lacks } : {}),
    });
  }
  const rank = (of: readonly CandidateView[]): readonly Candidate[] =>
    route.policies.strategy.rank(of, {
      ...context,
      note(candidate, more) {
        if (CandidateView.is(candidate)) candidate.noted = { ...candidate.noted, ...more };
      },
    });
  const candidates: RankedTarget[] = [];
  const ranked: Channel[] = [];
  const order = rank(ready);
  for (const candidate of ready.every(({ plain }) => plain) ? order : recoveringLast(order, env, now)) {
    // What is none of ours, or comes twice, is no choice.
    if (!CandidateView.is(candidate) || candidate.chosen) continue;
    candidate.chosen = true;
    candidates.push(describe(candidate, question.job, now));
    const [only] = candidate.of.channels;
    if (only !== undefined && candidate.of.channels.length === 1) ranked.push(only);
    else ranked.push(...byPreference(candidate.of, context));
  }
  for (const candidate of ready) {
    if (candidate.chosen) continue;
    skipped.push({ target: candidate.of.id, reason: 'not-ranked', ...noted(candidate) });
  }
  // What the strategy would leave out is left out for good, whatever becomes of the others.
  const allowed = later.length === 0 ? [] : rank(later).filter(CandidateView.is);
  const waiting = [...new Set(allowed)].flatMap(({ of }) => byPreference(of, context));
  const decision = {
    route: route.name,
    ...(selected === undefined ? {} : { selected }),
    strategy: route.policies.strategy.name,
    candidates,
    skipped,
  };
  if (binds === undefined) return { decision, ranked, waiting, bound: false };
  // What it hangs on is not known to any other, so there is no failover.
  for (const { target } of candidates.splice(1)) skipped.push({ target, reason: 'pinned' });
  const only = ranked.find(binds);
  if (only !== undefined) return { decision, ranked: [only], waiting: [], bound: true };
  return { decision, ranked: [], waiting: waiting.filter(binds).slice(0, 1), bound: true };
}

/** Below this share of its limits a target gets less and less. */
const scarce = 0.1;

/** Most tokens that a target takes and gives together, where that is known. */
export function contextLengthOf(target: Target, env: RouterContext): number | undefined {
  return target.capabilities.contextLength ?? env.prices.contextLengthOf(target);
}

/** When a channel's limits let a request in; monotonic milliseconds. */
export function limitedUntil(
  channel: Channel,
  forecast: Omit<EstimateInput, 'session'>,
  now: number,
): number {
  return availableAt(channel, () => expectedTokens(channel.target, forecast, now), now);
}

function soonest({ channels }: Target, forecast: EstimateInput, now: number): number {
  const [only] = channels;
  if (only !== undefined && channels.length === 1) return limitedUntil(only, forecast, now);
  return Math.min(...channels.map((channel) => limitedUntil(channel, forecast, now)));
}

/** A target's channels in the order to try: one with a place before one without, one with less to do before one with more. */
function byPreference(
  { channels }: Target,
  { session, random }: RoutingInput['context'],
): readonly Channel[] {
  if (channels.length === 1) return channels;
  // What the vendor has cached of a session is known to one account only.
  const first = session === undefined ? Math.floor(random() * channels.length) : hash(session);
  return channels
    .map((channel, index) => ({
      channel,
      full: hasCapacity(channel) ? 0 : 1,
      load: session === undefined ? channel.places.taken : 0,
      turn: (index + channels.length - (first % channels.length)) % channels.length,
    }))
    .sort((a, b) => a.full - b.full || a.load - b.load || a.turn - b.turn)
    .map(({ channel }) => channel);
}

/** A target whose breaker has just closed gets its traffic back little by little: else it comes last, for what is left. */
function recoveringLast(order: readonly Candidate[], env: RouterContext, now: number): readonly Candidate[] {
  const held = order.filter((candidate) => {
    if (!CandidateView.is(candidate) || candidate.plain) return false;
    const { of, headroom } = candidate;
    const own = of.breaker.share(now);
    const shared = of.channels[0]?.key.endpoint.breaker.share(now) ?? 1;
    if (own === 1 && shared === 1 && headroom >= scarce) return false;
    // Before it has to refuse, a target that is nearly used up gets less.
    return env.random() >= Math.min(own, shared) * Math.min(1, headroom / scarce);
  });
  if (held.length === 0) return order;
  return [...order.filter((candidate) => !held.includes(candidate)), ...held];
}

function reasonToSkip(
  target: Target,
  candidate: CandidateView,
  lacks: string | undefined,
  question: RoutingInput,
  now: number,
): SkipReason | undefined {
  const { route, only, maxCost } = question;
  if (only !== undefined && !only.includes(target.id)) return 'excluded';
  if (lacks !== undefined) return 'incapable';
  if (candidate.health === 'misconfigured') return 'misconfigured';
  // A price that is not known cannot be promised to be low enough.
  if (maxCost !== undefined && (candidate.estimatedCost ?? Number.POSITIVE_INFINITY) > maxCost)
    return 'over-cost';
  if (candidate.health === 'cooling-down') return 'cooling-down';
  if (!candidate.plain && soonest(target, question, now) > now) return 'over-limit';
  if (!target.silence.admits(now)) return 'unresponsive';
  const refused = (channel: Channel): boolean => !breakersAdmit(channel, now);
  return route.policies.breaker !== false && target.channels.every(refused) ? 'failing' : undefined;
}

/** Which targets may take a request that hangs on what one vendor keeps; `undefined` where it hangs on nothing. */
function bindingOf(
  { context, route }: RoutingInput,
  env: RouterContext,
): ((channel: Channel) => boolean) | undefined {
  const options = context.request.providerOptions;
  if (options === undefined) return undefined;
  for (const { provider } of route.targets) {
    const binding = provider.boundBy?.(options);
    if (binding === undefined) continue;
    const known = binding.responseId === undefined ? undefined : env.affinity.channelOf(binding.responseId);
    if (known !== undefined) return (channel) => channel === known;
    return ({ provider: own }) => own.boundBy?.(options) !== undefined;
  }
  return undefined;
}

function describe(
  candidate: CandidateView,
  { inputTokens }: Pick<Operation, 'inputTokens'>,
  now: number,
): RankedTarget {
  const { of, noted: facts } = candidate;
  // Only where the choice needed it, so that a request is not slower for the sake of its trace.
  const estimatedCost = inputTokens.known ? candidate.estimatedCost : undefined;
  const firstToken = of.stats.firstToken(now);
  const told: { -readonly [Field in keyof RankedTarget]: RankedTarget[Field] } = {
    target: of.id,
    inFlight: of.limits.places.taken,
  };
  if (estimatedCost !== undefined) told.estimatedCost = estimatedCost;
  if (firstToken !== undefined) told.firstToken = firstToken;
  if (facts !== undefined) told.facts = facts;
  return told;
}

function noted({ noted: facts }: CandidateView): { readonly facts?: NonNullable<RankedTarget['facts']> } {
  return facts === undefined ? {} : { facts };
}
