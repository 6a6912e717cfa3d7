import { costOf } from '../pricing/cost.ts';
import { usualOutputTokens } from '../pricing/estimate.ts';
import type { Decision, RankedTarget, SkippedTarget, SkipReason } from '../types/decision.ts';
import type { Candidate, RankContext } from '../types/strategy.ts';
import { type Environment, type Route, tellHealth, toDate } from './environment.ts';
import { expectedTokens, type Job } from './job.ts';
import { lackOf } from './needs.ts';
import { freeAt, headroomOf, type Target, targetHealth } from './target.ts';

/** What the choice depends on. */
export interface Question extends Pick<Job, 'inputTokens' | 'needs'> {
  readonly route: Route;
  readonly context: RankContext;
  readonly only: readonly string[] | undefined;
  readonly maxCost: number | undefined;
}

/** The choice: for people, and for the failover that acts on it. */
export interface Choice {
  readonly decision: Decision;
  /** The order to try. */
  readonly ranked: readonly Target[];
  /** Left out for a reason that passes: healthy again, or needed after all. */
  readonly waiting: readonly Target[];
  /** It hangs on what one vendor keeps. */
  readonly bound: boolean;
}

/** Filters a route's targets with reasons and puts those that are left in the order of the route's strategy. */
export function chooseCandidates(question: Question, env: Environment): Choice {
  const { route, context } = question;
  const now = env.clock.now();
  const skipped: SkippedTarget[] = [];
  const waiting: Target[] = [];
  const byCandidate = new Map<Candidate, Target>();
  const binds = bindingOf(question, env);
  for (const target of route.targets) {
    tellHealth(target, env);
    const candidate = toCandidate(target, question, env, now);
    const lacks = lackOf(
      target,
      question.needs.get(),
      env.prices.contextLengthOf(target),
      question.inputTokens.get,
    );
    const reason =
      binds !== undefined && !binds(target) ? 'bound' : reasonToSkip(target, candidate, lacks, question, now);
    if (reason === undefined) {
      byCandidate.set(candidate, target);
      continue;
    }
    const until =
      reason === 'limited' ? limitedUntil(target, question, now) : targetHealth(target, now).until;
    const passes = ['open', 'suspect', 'exhausted', 'limited', 'quarantined'].includes(reason);
    if (passes) waiting.push(target);
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
  const ranked: Target[] = [];
  const candidates: RankedTarget[] = [];
  const order = recoveringLast(
    route.policies.strategy.rank([...byCandidate.keys()], context),
    byCandidate,
    env,
    now,
  );
  for (const candidate of order) {
    const target = byCandidate.get(candidate);
    if (target === undefined || ranked.includes(target)) continue;
    ranked.push(target);
    candidates.push(describe(candidate, question));
  }
  for (const [candidate, target] of byCandidate) {
    if (!ranked.includes(target)) skipped.push({ target: candidate.target.id, reason: 'not-chosen' });
  }
  if (binds !== undefined) {
    // What it hangs on is not known to any other, so there is no failover.
    for (const { id } of ranked.splice(1)) skipped.push({ target: id, reason: 'bound' });
    candidates.splice(1);
    waiting.splice(ranked.length === 0 ? 1 : 0);
  }
  const decision = { route: route.name, strategy: route.policies.strategy.name, candidates, skipped };
  return { decision, ranked, waiting, bound: binds !== undefined };
}

/** Below this share of its limits a target gets less and less. */
const scarce = 0.1;

/** When a target's limits let a request in; monotonic milliseconds. */
export function limitedUntil(target: Target, job: Pick<Job, 'inputTokens' | 'needs'>, now: number): number {
  return freeAt(target, () => expectedTokens(job, target.stats.usualOutput(now) ?? usualOutputTokens), now);
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
    const share = Math.min(target.own.breaker.share(now), target.shared.breaker.share(now));
    // Before it has to refuse, a target that is nearly used up gets less.
    const free = Math.min(1, candidate.headroom / scarce);
    return share * free < 1 && env.random() >= share * free;
  });
  if (held.length === 0) return order;
  return [...order.filter((candidate) => !held.includes(candidate)), ...held];
}

function toCandidate(target: Target, question: Question, env: Environment, now: number): Candidate {
  const known = env.prices.priceOf(target);
  return {
    target: { ...target.facts, price: known?.price },
    stats: target.stats.read(now),
    get estimatedCost() {
      return expectedCost(target, question, env, now);
    },
    headroom: headroomOf(target, now),
    health: targetHealth(target, now).state,
  };
}

/** What a request is expected to cost at a target, in US$; `undefined` where no price is known. */
export function expectedCost(
  target: Target,
  { inputTokens, needs }: Pick<Job, 'inputTokens' | 'needs'>,
  env: Environment,
  now: number,
): number | undefined {
  const known = env.prices.priceOf(target);
  if (known === undefined) return undefined;
  const { kind, outputTokens: most } = needs.get();
  const usual = target.stats.usualOutput(now) ?? (kind === 'embeddings' ? 0 : usualOutputTokens);
  const outputTokens = Math.min(usual, most || Number.POSITIVE_INFINITY);
  return costOf({ inputTokens: inputTokens.get(), outputTokens }, known.price, known.source)?.total;
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
  if (limitedUntil(target, question, now) > now) return 'limited';
  if (!target.silence.admits(now)) return 'suspect';
  return route.policies.breaker !== false && !breakerAdmits(target, now) ? 'open' : undefined;
}

/** Which targets may take a request that hangs on what one vendor keeps; `undefined` where it hangs on nothing. */
function bindingOf(
  { context, route }: Question,
  env: Environment,
): ((target: Target) => boolean) | undefined {
  const options = context.request.providerOptions;
  if (options === undefined) return undefined;
  for (const { provider } of route.targets) {
    const binding = provider.boundBy?.(options);
    if (binding === undefined) continue;
    const known = binding.responseId === undefined ? undefined : env.bindings.targetOf(binding.responseId);
    if (known !== undefined) return ({ id }) => id === known;
    return (target) => target.provider.boundBy?.(options) !== undefined;
  }
  return undefined;
}

/** Whether the breakers of a target let an attempt through now. */
export function breakerAdmits(target: Target, now: number): boolean {
  return target.own.breaker.admits(now) && target.shared.breaker.admits(now);
}

function describe(candidate: Candidate, { inputTokens }: Question): RankedTarget {
  const { target, stats } = candidate;
  // Only where the choice needed it, so that a request is not slower for the sake of its trace.
  const estimatedCost = inputTokens.known ? candidate.estimatedCost : undefined;
  return {
    target: target.id,
    inFlight: stats.inFlight,
    ...(estimatedCost === undefined ? {} : { estimatedCost }),
    ...(stats.firstToken === undefined ? {} : { firstToken: stats.firstToken }),
  };
}
