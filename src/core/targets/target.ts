import { type Breaker, breaker } from '../../health/breaker.ts';
import { type Cooldowns, cooldowns } from '../../health/cooldowns.ts';
import { type FailureDetector, failureDetector, fewestSamples } from '../../health/failure-detector.ts';
import { type StreamStallDetector, streamStallDetector } from '../../health/stream-stall-detector.ts';
import type { UnclearRefusal } from '../../health/unclear-refusal.ts';
import { type AdaptiveConcurrency, adaptiveConcurrency } from '../../limits/adaptive-concurrency.ts';
import { type InFlight, inFlight } from '../../limits/in-flight.ts';
import { type RateLimit, rateLimit } from '../../limits/rate-limit.ts';
import { type VendorLimits, vendorLimits } from '../../limits/vendor-limits.ts';
import { type DecayingMean, decayingMean } from '../../stats/decaying-mean.ts';
import { type FailureOdds, failureOdds } from '../../stats/failure-odds.ts';
import { type Latencies, latencies } from '../../stats/latency.ts';
import { type StatsRecorder, statsRecorder } from '../../stats/target-stats.ts';
import type { Clock, Random } from '../../types/clock.ts';
import type { Capabilities } from '../../types/options/capabilities.ts';
import type { KeyLimits } from '../../types/options/limit.ts';
import type { Baseline, TargetOptions } from '../../types/options/options.ts';
import type { Price } from '../../types/options/price.ts';
import type { Candidate, Health } from '../../types/options/strategy.ts';
import type { Provider } from '../../types/provider.ts';
import type { AwakeClock } from '../../util/time/awake-clock.ts';

/**
 * What a target is asked for, by the vendor's endpoints: chats and streams, embeddings, images. That a model has no such endpoint,
 * or that one is down, says nothing of the others.
 */
export type Workload = 'chat' | 'embed' | 'image';

/** A target with all that this process knows of it for one workload. Nothing in it belongs to one request. */
export interface Target {
  readonly workload: Workload;
  /** The same target for another workload: with its health and its failures, and everything else shared. */
  of(workload: Workload): Target;
  /** Those of them that have been asked for, but for chats and streams. */
  readonly others: ReadonlyMap<Workload, Target>;
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
  readonly odds: FailureOdds;
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
  /** The last refusal of which the vendor did not say what it is about, where nothing has succeeded since. */
  unclearRefusal: UnclearRefusal | undefined;
  /** The same, by the vendor's word. */
  readonly vendorLimits: VendorLimits;
  /** The same, by its refusals. */
  readonly adaptive: AdaptiveConcurrency;
  /** Its attempts under way. */
  readonly places: InFlight;
  /** All places that an attempt takes: here, at the target, and with the key where that has a limit. */
  readonly concurrency: readonly InFlight[];
  /** Those of them that the application limits. */
  readonly declared: readonly InFlight[];
  /** The declared limits of requests and tokens in a minute, of the target and of the key. */
  readonly rates: readonly RateLimit[];
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

/** What may be sent, by the application's own declaration. */
export interface Limits {
  readonly places: InFlight;
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
  awake: AwakeClock,
  onChange: (target: Target) => void,
): readonly Target[] {
  const keysOf = keyRing(random);
  return options.map((option) => {
    const { id, provider, model } = identify(option);
    const others = new Map<Workload, Target>();
    const shared = {
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
      stats: statsRecorder(),
      latencies: { stream: latencies(), chat: latencies() },
      imageTokens: decayingMean(600_000),
      silence: failureDetector(clock, awake, () => onChange(chat)),
      stall: streamStallDetector(clock, awake),
      limits: limitsOf(option),
      others,
    };
    const keys = keysOf(provider);
    const deployment = (workload: Workload): Target => {
      const channels: Channel[] = [];
      const target: Target = {
        ...shared,
        workload,
        of: ofWorkload,
        breaker: breaker(random),
        holds: cooldowns(),
        odds: failureOdds(),
        channels,
      };
      for (const [number, [withKey, key]] of keys.entries())
        channels.push(channelOf(target, withKey, key, keys.length > 1 ? number : undefined));
      return target;
    };
    const ofWorkload = (workload: Workload): Target => {
      if (workload === 'chat') return chat;
      const known = others.get(workload) ?? deployment(workload);
      others.set(workload, known);
      return known;
    };
    const chat = deployment('chat');
    return chat;
  });
}

function channelOf(target: Target, provider: Provider, key: Key, number: number | undefined): Channel {
  const adaptive = adaptiveConcurrency();
  const places = inFlight(adaptive);
  const declared = [target.limits.places, key.limits.places].filter(
    ({ cap }) => cap.limit < Number.POSITIVE_INFINITY,
  );
  return {
    target,
    provider,
    number,
    key,
    holds: cooldowns(),
    vendorLimits: vendorLimits(),
    adaptive,
    places,
    concurrency: [...new Set([places, target.limits.places, ...declared])],
    declared,
    rates: [target.limits.rate, key.limits.rate].filter((rate) => rate !== undefined),
    unclearRefusal: undefined,
    lastReportedHealth: 'healthy',
  };
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
  const limit = concurrency ?? Number.POSITIVE_INFINITY;
  return { places: inFlight({ limit }), rate: rateLimit(rpm, tpm) };
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
