import { type Breaker, breaker } from '../../health/breaker.ts';
import { type Cooldowns, cooldowns, type HealthNow, healthOf } from '../../health/cooldowns.ts';
import { type FailureDetector, failureDetector, fewestSamples } from '../../health/failure-detector.ts';
import { type StreamStallDetector, streamStallDetector } from '../../health/stream-stall-detector.ts';
import { type AdaptiveConcurrency, adaptiveConcurrency } from '../../limits/adaptive-concurrency.ts';
import { type InFlight, inFlight } from '../../limits/in-flight.ts';
import { type RateLimit, rateLimit } from '../../limits/rate-limit.ts';
import { type VendorLimits, vendorLimits } from '../../limits/vendor-limits.ts';
import { type DecayingMean, decayingMean } from '../../stats/decaying-mean.ts';
import { type Latencies, latencies, type SizeClass } from '../../stats/latency.ts';
import { type StatsRecorder, statsRecorder } from '../../stats/target-stats.ts';
import type { Clock, Random } from '../../types/clock.ts';
import type { Capabilities } from '../../types/options/capabilities.ts';
import type { KeyLimits } from '../../types/options/limit.ts';
import type { Baseline, TargetOptions } from '../../types/options/options.ts';
import type { Price } from '../../types/options/price.ts';
import type { Candidate, Health, TargetStats } from '../../types/options/strategy.ts';
import type { Provider } from '../../types/provider.ts';
import type { LatencyReport } from '../../types/router.ts';

/** A target with all that this process knows of it. Nothing in it belongs to one request. */
export interface Target {
  readonly id: string;
  readonly provider: Provider;
  readonly model: string;
  readonly price: Price | undefined;
  readonly prior: Baseline;
  /** As its provider knows them and its options declare them. */
  readonly capabilities: Capabilities;
  /** What strategies see of it. */
  readonly facts: Omit<Candidate['target'], 'price'>;
  /** Of the deployment: whatever the key. */
  readonly breaker: Breaker;
  readonly holds: Cooldowns;
  readonly stats: StatsRecorder;
  /** How long it takes to the first token of a stream, or to a whole answer. */
  readonly latencies: { readonly stream: Latencies; readonly chat: Latencies };
  /** How many output tokens an image of it has. */
  readonly imageTokens: DecayingMean;
  /** Whether it has gone dark. */
  readonly silence: FailureDetector;
  /** Whether its streams have stopped in the middle. */
  readonly stall: StreamStallDetector;
  /** By its own declaration. */
  readonly limits: Limits;
  /** One for each key of its provider. */
  readonly channels: readonly Channel[];
}

/** A target by one key: what an attempt goes through. */
export interface Channel {
  readonly target: Target;
  /** With this key. */
  readonly provider: Provider;
  /** Which of several keys, from 0 on; `undefined` where there is one. */
  readonly number: number | undefined;
  readonly key: Key;
  /** What the vendor grants this key of this deployment. */
  readonly holds: Cooldowns;
  /** The same, by the vendor's word. */
  readonly headroom: VendorLimits;
  /** The same, by its refusals. */
  readonly pressure: AdaptiveConcurrency;
  readonly places: InFlight;
  /** Those of its attempts that give their places up to any request. */
  readonly copies: Copies;
  /** The state that was last told to listeners. */
  lastReportedHealth: Health;
}

/** A key, whatever the model that it is used for. */
export interface Key {
  readonly holds: Cooldowns;
  readonly limits: Limits;
  readonly endpoint: Endpoint;
}

/** Where the requests of a provider go, whatever the key. */
export interface Endpoint {
  readonly breaker: Breaker;
  readonly holds: Cooldowns;
}

/**
 * Copies of requests, which are only to be measured, under way at something, the oldest first. They hold places, but never one
 * that a request needs.
 */
export type Copies = Set<Copy>;

/** One of them. */
export interface Copy {
  /** Ends it at once, and with it goes its place. */
  stop(): void;
}

/** What may be sent, by the application's own declaration. */
export interface Limits {
  readonly places: InFlight;
  readonly copies: Copies;
  /** `undefined` where there is none. */
  readonly rate: RateLimit | undefined;
}

/** The provider and the name of a target's model, and the target's id. */
export function identify({ id, provider, model }: TargetOptions): Pick<Target, 'id' | 'provider' | 'model'> {
  const found = provider.withModel?.(model) ?? { provider, model: String(model) };
  return { id: id ?? `${found.provider.name}/${found.model}`, ...found };
}

/** Makes the state of each target, once per router. */
export function createTargets(
  options: readonly TargetOptions[],
  random: Random,
  clock: Clock,
  onChange: (target: Target) => void,
): readonly Target[] {
  const keysOf = keyRing(random);
  return options.map((option) => {
    const { id, provider, model } = identify(option);
    const channels: Channel[] = [];
    const target: Target = {
      id,
      provider,
      model,
      price: option.price,
      prior: option.baseline ?? {},
      capabilities: { ...provider.capabilities?.(model), ...option.capabilities },
      facts: {
        id,
        provider: provider.name,
        model,
        weight: option.weight ?? 1,
        tags: option.tags ?? [],
      },
      breaker: breaker(random),
      holds: cooldowns(),
      stats: statsRecorder(),
      latencies: { stream: latencies(), chat: latencies() },
      imageTokens: decayingMean(600_000),
      silence: failureDetector(clock, () => onChange(target)),
      stall: streamStallDetector(clock),
      limits: limitsOf(option),
      channels,
    };
    const keys = keysOf(provider);
    for (const [number, [withKey, key]] of keys.entries()) {
      channels.push({
        target,
        provider: withKey,
        number: keys.length > 1 ? number : undefined,
        key,
        holds: cooldowns(),
        headroom: vendorLimits(),
        pressure: adaptiveConcurrency(),
        places: inFlight(),
        copies: new Set(),
        lastReportedHealth: 'healthy',
      });
    }
    return target;
  });
}

/** The keys of each provider object: targets of one object share them. */
function keyRing(random: Random): (provider: Provider) => readonly (readonly [Provider, Key])[] {
  const known = new Map<Provider, readonly (readonly [Provider, Key])[]>();
  return (provider) => {
    const before = known.get(provider);
    if (before !== undefined) return before;
    const endpoint: Endpoint = { breaker: breaker(random), holds: cooldowns() };
    const made = (provider.keys ?? [provider]).map(
      (withKey) =>
        [withKey, { holds: cooldowns(), limits: limitsOf(withKey.limits ?? {}), endpoint }] as const,
    );
    known.set(provider, made);
    return made;
  };
}

function limitsOf({ concurrency, rpm, tpm }: KeyLimits): Limits {
  return { places: inFlight(concurrency), copies: new Set(), rate: rateLimit(rpm, tpm) };
}

const well: HealthNow = { state: 'healthy', until: undefined };

/** How a channel is now, and until when. */
export function channelHealth({ target, key, holds }: Channel, now: number): HealthNow {
  const { endpoint } = key;
  // As good as always. It is asked of every target with each request.
  if (
    !target.silence.suspected &&
    !target.breaker.tripped &&
    !endpoint.breaker.tripped &&
    isFreeOf(target.holds, now) &&
    isFreeOf(holds, now) &&
    isFreeOf(key.holds, now) &&
    isFreeOf(endpoint.holds, now)
  )
    return well;
  const health = healthOf(
    [target.holds, holds, key.holds, endpoint.holds],
    [target.breaker, endpoint.breaker],
    now,
  );
  if (!target.silence.suspected || (health.state !== 'healthy' && health.state !== 'recovering'))
    return health;
  return { state: 'unresponsive', until: target.silence.until };
}

/** From well to bad. */
const order: readonly Health[] = [
  'healthy',
  'recovering',
  'unresponsive',
  'failing',
  'cooling-down',
  'misconfigured',
];

function isFreeOf({ exhaustedUntil, quarantinedUntil }: Cooldowns, now: number): boolean {
  return exhaustedUntil <= now && quarantinedUntil <= now;
}

/** How a target is now: as the best of its channels. */
export function targetHealth({ channels }: Target, now: number): HealthNow {
  const [only] = channels;
  if (only !== undefined && channels.length === 1) return channelHealth(only, now);
  let best: HealthNow | undefined;
  for (const channel of channels) {
    const health = channelHealth(channel, now);
    const better = best === undefined ? -1 : order.indexOf(health.state) - order.indexOf(best.state);
    if (better < 0 || (better === 0 && (health.until ?? 0) < (best?.until ?? 0))) best = health;
  }
  return best ?? well;
}

/** Whether the breakers of a channel let an attempt through now. */
export function breakersAdmit({ target, key }: Channel, now: number): boolean {
  return target.breaker.admits(now) && key.endpoint.breaker.admits(now);
}

/** What has been measured of a target. */
export function statsOf({ stats, stall, limits }: Target, now: number): TargetStats {
  return { ...stats.read(now), inFlight: limits.places.taken, gap: stall.gaps.quantile(0.5) };
}

const kinds = ['stream', 'chat'] as const;
const prompts = ['small', 'medium', 'large'] as const;

/** How long it takes, by kind of request. */
export function latenciesOf({ latencies }: Target, now: number): readonly LatencyReport[] {
  return kinds.flatMap((kind) =>
    prompts.flatMap((prompt, index) => {
      const size = index as SizeClass;
      const samples = latencies[kind].samples(now, size);
      const latency = latencies[kind].expect(size, now);
      if (latency === undefined || samples < 0.01) return [];
      const { mean, p50, p90, p95, p99 } = latency;
      return [{ kind, prompt, samples, mean, p50, p90, p95, p99 }];
    }),
  );
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
