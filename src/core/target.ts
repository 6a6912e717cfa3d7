import { type Headroom, headroom } from '../health/headroom.ts';
import { type HealthUnit, healthOf, healthUnit } from '../health/health.ts';
import { type Histogram, histogram } from '../health/histogram.ts';
import { type Pressure, pressure } from '../health/pressure.ts';
import { type RateLimit, rateLimit } from '../health/rate-limit.ts';
import { fewestSamples, type Silence, silence } from '../health/silence.ts';
import { type Slots, slots } from '../health/slots.ts';
import { type StatsRecorder, statsRecorder } from '../health/stats.ts';
import type { Capabilities } from '../types/capabilities.ts';
import type { Clock, Random } from '../types/clock.ts';
import type { TargetOptions } from '../types/options.ts';
import type { Price } from '../types/price.ts';
import type { Provider } from '../types/provider.ts';
import type { Candidate, Health } from '../types/strategy.ts';

/** A target with all that this process knows of it. Nothing in it belongs to one request. */
export interface Target {
  readonly id: string;
  readonly provider: Provider;
  readonly model: string;
  readonly price: Price | undefined;
  /** As its provider knows them and its options declare them. */
  readonly capabilities: Capabilities;
  /** What strategies see of it. */
  readonly facts: Omit<Candidate['target'], 'price'>;
  /** Of this deployment alone. */
  readonly own: HealthUnit;
  /** Of its key and endpoint: shared by all targets of one provider object. */
  readonly shared: HealthUnit;
  readonly stats: StatsRecorder;
  /** How long it takes to the first token of a stream, or to a whole answer. */
  readonly latencies: { readonly stream: Histogram; readonly chat: Histogram };
  /** Whether it has gone dark. */
  readonly silence: Silence;
  /** `undefined` where there is no limit. */
  readonly slots: Slots | undefined;
  /** By its own declaration; `undefined` where there is none. */
  readonly rateLimit: RateLimit | undefined;
  /** By the vendor's word. */
  readonly headroom: Headroom;
  /** By its refusals. */
  readonly pressure: Pressure;
  /** The state that was last told to listeners. */
  toldHealth: Health;
}

/** The id of a target that names none. */
export function idOf({ id, provider, model }: TargetOptions): string {
  return id ?? `${provider.name}/${model}`;
}

/** Makes the state of each target, once per router. */
export function createTargets(
  options: readonly TargetOptions[],
  random: Random,
  clock: Clock,
  onChange: (target: Target) => void,
): readonly Target[] {
  const sharedOf = new Map<Provider, HealthUnit>();
  return options.map((option) => {
    const shared = sharedOf.get(option.provider) ?? healthUnit(random);
    sharedOf.set(option.provider, shared);
    const id = idOf(option);
    const target: Target = {
      id,
      provider: option.provider,
      model: option.model,
      price: option.price,
      capabilities: { ...option.provider.capabilities?.(option.model), ...option.capabilities },
      facts: {
        id,
        provider: option.provider.name,
        model: option.model,
        weight: option.weight ?? 1,
        tags: option.tags ?? [],
      },
      own: healthUnit(random),
      shared,
      stats: statsRecorder(),
      latencies: { stream: histogram(), chat: histogram() },
      silence: silence(clock, () => onChange(target)),
      slots: option.concurrency === undefined ? undefined : slots(option.concurrency),
      rateLimit: rateLimit(option.rpm, option.tpm),
      headroom: headroom(),
      pressure: pressure(),
      toldHealth: 'closed',
    };
    return target;
  });
}

/** How a target is now, and until when. */
export function targetHealth(target: Target, now: number): { state: Health; until: number | undefined } {
  const health = healthOf([target.own, target.shared], now);
  if (!target.silence.suspected || (health.state !== 'closed' && health.state !== 'half-open')) return health;
  return { state: 'suspect', until: target.silence.until };
}

/** Durations that the histogram cannot tell from a percentile are not above it. */
const justAbove = 1.04;

/** A percentile of a target's latencies, where enough is known of them. */
export function latencyOf(
  { latencies }: Target,
  kind: 'stream' | 'chat',
  share: number,
  now: number,
): number | undefined {
  if (latencies[kind].weight(now) < fewestSamples) return undefined;
  const found = latencies[kind].quantile(share);
  return found === undefined ? undefined : found * justAbove;
}

/** Free share of the scarcest of its limits, 0 to 1. */
export function headroomOf({ slots, rateLimit, headroom }: Target, now: number): number {
  const places = slots === undefined ? 1 : slots.free / slots.limit;
  return Math.min(places, rateLimit?.headroom(now) ?? 1, headroom.share(now));
}

/** When a target's limits let an attempt of so many tokens in; monotonic milliseconds, not after `now` where they do. */
export function freeAt({ rateLimit, headroom }: Target, tokens: () => number, now: number): number {
  // Counting takes time: only where somebody wants to know.
  const wanted = rateLimit !== undefined || headroom.share(now) < 1 ? tokens() : 0;
  return Math.max(now, rateLimit?.freeAt(wanted, now) ?? now, headroom.freeAt(wanted, now));
}
