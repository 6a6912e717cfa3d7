import { hash } from '../strategies/hash.ts';
import type { Decision, RankedTarget, Selected, SkippedTarget, SkipReason } from '../types/decision.ts';
import type { Candidate, Expectation, RankContext, TargetStats } from '../types/strategy.ts';
import { type Environment, tellHealth, toDate } from './environment.ts';
import { expectationOf, expectedCached, expectedCost, expectedTokens, type Forecast } from './forecast.ts';
import type { Job } from './job.ts';
import { lackOf } from './needs.ts';
import {
  breakersAdmit,
  type Channel,
  freeAt,
  hasPlace,
  headroomOf,
  statsOf,
  type Target,
  targetHealth,
} from './target.ts';

/** What the choice depends on. */
export interface Question extends Forecast {
  readonly context: Omit<RankContext, 'note'>;
  /** How the route was chosen, where it was. */
  readonly selected?: Selected | undefined;
  readonly only: readonly string[] | undefined;
  readonly maxCost: number | undefined;
}

/** The choice: for people, and for the failover that acts on it. */
export interface Choice {
  readonly decision: Decision;
  /** The order to try. */
  readonly ranked: readonly Channel[];
  /** Left out for a reason that passes: healthy again, or needed after all. */
  readonly waiting: readonly Channel[];
  /** It hangs on what one vendor keeps. */
  readonly bound: boolean;
}

/** Filters a route's targets with reasons and puts those that are left in the order of the route's strategy. */
export function chooseCandidates(question: Question, env: Environment): Choice {
  const { route, context, selected } = question;
  const now = env.clock.now();
  const skipped: SkippedTarget[] = [];
  const ready = new Map<Candidate, Target>();
  const later = new Map<Candidate, Target>();
  const binds = bindingOf(question, env);
  for (const target of route.targets) {
    tellHealth(target, env);
    const candidate = toCandidate(target, question, env, now);
    const lacks = lackOf(
      target,
      question.job.needs.get(),
      contextLengthOf(target, env),
      question.job.inputTokens.get,
    );
    const reason =
      binds !== undefined && !target.channels.some(binds)
        ? 'bound'
        : reasonToSkip(target, candidate, lacks, question, now);
    if (reason === undefined) {
      ready.set(candidate, target);
      continue;
    }
    const until = reason === 'limited' ? soonest(target, question, now) : targetHealth(target, now).until;
    const passes = ['open', 'suspect', 'exhausted', 'limited', 'quarantined'].includes(reason);
    if (passes) later.set(candidate, target);
    skipped.push({
      target: target.id,
      reason,
      ...(passes && until !== undefined ? { until: toDate(until, env.clock) } : {}),
      ...(reason === 'too-expensive' && candidate.estimatedCost !== undefined
        ? { estimatedCost: candidate.estimatedCost }
        : {}),
      ...(reason === 'unfit' && lacks !== undefined ? { lacks } : {}),
    });
  }
  const facts = new Map<Candidate, Facts>();
  const rank = (of: ReadonlyMap<Candidate, Target>): readonly Candidate[] =>
    route.policies.strategy.rank([...of.keys()], {
      ...context,
      note(candidate, more) {
        facts.set(candidate, { ...facts.get(candidate), ...more });
      },
    });
  const chosen = new Set<Target>();
  const candidates: RankedTarget[] = [];
  for (const candidate of recoveringLast(rank(ready), ready, env, now)) {
    const target = ready.get(candidate);
    if (target === undefined || chosen.has(target)) continue;
    chosen.add(target);
    candidates.push(describe(target, candidate, facts.get(candidate), question.job, now));
  }
  for (const [candidate, target] of ready) {
    if (chosen.has(target)) continue;
    skipped.push({ target: candidate.target.id, reason: 'not-chosen', ...noted(facts.get(candidate)) });
  }
  // What the strategy would leave out is left out for good, whatever becomes of the others.
  const allowed = later.size === 0 ? [] : rank(later).flatMap((candidate) => later.get(candidate) ?? []);
  const waiting = [...new Set(allowed)].flatMap((target) => byPreference(target, context));
  const ranked = [...chosen].flatMap((target) => byPreference(target, context));
  const decision = {
    route: route.name,
    ...(selected === undefined ? {} : { selected }),
    strategy: route.policies.strategy.name,
    candidates,
    skipped,
  };
  if (binds === undefined) return { decision, ranked, waiting, bound: false };
  // What it hangs on is not known to any other, so there is no failover.
  for (const { target } of candidates.splice(1)) skipped.push({ target, reason: 'bound' });
  const only = ranked.find(binds);
  if (only !== undefined) return { decision, ranked: [only], waiting: [], bound: true };
  return { decision, ranked: [], waiting: waiting.filter(binds).slice(0, 1), bound: true };
}

/** Below this share of its limits a target gets less and less. */
const scarce = 0.1;

/** Most tokens that a target takes and gives together, where that is known. */
export function contextLengthOf(target: Target, env: Environment): number | undefined {
  return target.capabilities.contextLength ?? env.prices.contextLengthOf(target);
}

/** When a channel's limits let a request in; monotonic milliseconds. */
export function limitedUntil(channel: Channel, forecast: Omit<Forecast, 'session'>, now: number): number {
  return freeAt(channel, () => expectedTokens(channel.target, forecast, now), now);
}

function soonest({ channels }: Target, forecast: Forecast, now: number): number {
  return Math.min(...channels.map((channel) => limitedUntil(channel, forecast, now)));
}

/** A target's channels in the order to try: one with a place before one without, one with less to do before one with more. */
function byPreference({ channels }: Target, { session, random }: Question['context']): readonly Channel[] {
  if (channels.length === 1) return channels;
  // What the vendor has cached of a session is known to one account only.
  const first = session === undefined ? Math.floor(random() * channels.length) : hash(session);
  return channels
    .map((channel, index) => ({
      channel,
      full: hasPlace(channel) ? 0 : 1,
      load: session === undefined ? channel.places.taken : 0,
      turn: (index + channels.length - (first % channels.length)) % channels.length,
    }))
    .sort((a, b) => a.full - b.full || a.load - b.load || a.turn - b.turn)
    .map(({ channel }) => channel);
}

/** A target whose breaker has just closed gets its traffic back little by little: else it comes last, for what is left. */
function recoveringLast(
  order: readonly Candidate[],
  targets: ReadonlyMap<Candidate, Target>,
  env: Environment,
  now: number,
): readonly Candidate[] {
  const held = order.filter((candidate) => {
    const target = targets.get(candidate);
    if (target === undefined) return false;
    const endpoint = target.channels[0]?.key.endpoint;
    const share = Math.min(target.breaker.share(now), endpoint?.breaker.share(now) ?? 1);
    // Before it has to refuse, a target that is nearly used up gets less.
    const free = Math.min(1, candidate.headroom / scarce);
    return share * free < 1 && env.random() >= share * free;
  });
  if (held.length === 0) return order;
  return [...order.filter((candidate) => !held.includes(candidate)), ...held];
}

/** What a strategy sees of a target; worked out when it looks, and once. */
function toCandidate(target: Target, question: Question, env: Environment, now: number): Candidate {
  const seen: { stats?: TargetStats; expected?: Expectation; cost?: number | undefined } = {};
  return {
    target: { ...target.facts, price: env.prices.priceOf(target)?.price },
    get stats() {
      seen.stats ??= statsOf(target, now);
      return seen.stats;
    },
    get expected() {
      seen.expected ??= expectationOf(target, question, now);
      return seen.expected;
    },
    get estimatedCost() {
      if (!('cost' in seen)) seen.cost = expectedCost(target, question, env, now);
      return seen.cost;
    },
    get cachedTokens() {
      return expectedCached(target, question, env, now);
    },
    headroom: headroomOf(target, now),
    health: targetHealth(target, now).state,
  };
}

function reasonToSkip(
  target: Target,
  candidate: Candidate,
  lacks: string | undefined,
  question: Question,
  now: number,
): SkipReason | undefined {
  const { route, only, maxCost } = question;
  if (only !== undefined && !only.includes(target.id)) return 'not-allowed';
  if (lacks !== undefined) return 'unfit';
  if (candidate.health === 'quarantined') return 'quarantined';
  // A price that is not known cannot be promised to be low enough.
  if (maxCost !== undefined && (candidate.estimatedCost ?? Number.POSITIVE_INFINITY) > maxCost)
    return 'too-expensive';
  if (candidate.health === 'exhausted') return 'exhausted';
  if (soonest(target, question, now) > now) return 'limited';
  if (!target.silence.admits(now)) return 'suspect';
  const refused = (channel: Channel): boolean => !breakersAdmit(channel, now);
  return route.policies.breaker !== false && target.channels.every(refused) ? 'open' : undefined;
}

/** Which targets may take a request that hangs on what one vendor keeps; `undefined` where it hangs on nothing. */
function bindingOf(
  { context, route }: Question,
  env: Environment,
): ((channel: Channel) => boolean) | undefined {
  const options = context.request.providerOptions;
  if (options === undefined) return undefined;
  for (const { provider } of route.targets) {
    const binding = provider.boundBy?.(options);
    if (binding === undefined) continue;
    const known = binding.responseId === undefined ? undefined : env.bindings.channelOf(binding.responseId);
    if (known !== undefined) return (channel) => channel === known;
    return ({ provider: own }) => own.boundBy?.(options) !== undefined;
  }
  return undefined;
}

function describe(
  target: Target,
  candidate: Candidate,
  facts: Facts | undefined,
  { inputTokens }: Pick<Job, 'inputTokens'>,
  now: number,
): RankedTarget {
  // Only where the choice needed it, so that a request is not slower for the sake of its trace.
  const estimatedCost = inputTokens.known ? candidate.estimatedCost : undefined;
  const firstToken = target.stats.firstToken(now);
  return {
    target: target.id,
    inFlight: target.limits.places.taken,
    ...(estimatedCost === undefined ? {} : { estimatedCost }),
    ...(firstToken === undefined ? {} : { firstToken }),
    ...noted(facts),
  };
}

type Facts = NonNullable<RankedTarget['facts']>;

function noted(facts: Facts | undefined): { readonly facts?: Facts } {
  return facts === undefined ? {} : { facts };
}
