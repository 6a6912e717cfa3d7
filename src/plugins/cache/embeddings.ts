import type {
  AnyResult,
  Awaitable,
  LookupHit,
  PartialHit,
  RequestContext,
  RequestObserver,
  RequestSummary,
} from '../../types/plugin.ts';
import type { EmbedRequest, EmbedResult } from '../../types/request/embed.ts';
import { compact } from '../../util/json.ts';
import { type CacheParts, readSafely } from './answers.ts';
import { isStateful } from './cacheable.ts';
import { type CacheCall, cacheCallOf } from './call.ts';
import { serialize, type VectorEntry } from './entry.ts';
import type { Flight } from './flight/flight.ts';
import { Flights } from './flight/flights.ts';
import { canonical } from './keys/canonical.ts';
import { identityOf } from './keys/identity.ts';

type EmbedContext = Extract<RequestContext, { readonly operation: 'embed' }>;

/** A request whose values have keys. */
interface KeyedValues {
  readonly context: EmbedContext;
  readonly call: CacheCall;
  /** One per value. */
  readonly keys: readonly string[];
}

interface TrackedEmbed extends RequestObserver {
  keyed: KeyedValues | undefined;
  flight: Flight<EmbedResult> | undefined;
}

/** Embeddings of one router: each value has its own entry. */
export class EmbeddingCache {
  readonly #parts: CacheParts;
  readonly #flights: Flights<EmbedResult>;
  readonly #tracked = new WeakMap<RequestContext, TrackedEmbed>();

  constructor(parts: CacheParts) {
    this.#parts = parts;
    this.#flights = new Flights(parts.host);
  }

  observe(context: EmbedContext): RequestObserver {
    const tracked: TrackedEmbed = {
      keyed: undefined,
      flight: undefined,
      routed: () => {
        if (tracked.keyed === undefined) return;
        if (tracked.flight?.routed(context) === false) tracked.flight = undefined;
        context.note({ plugin: 'cache', facts: { cache: 'miss' } });
      },
      end: (summary) => this.#end(tracked, summary),
    };
    this.#tracked.set(context, tracked);
    return tracked;
  }

  lookup(context: EmbedContext): Awaitable<LookupHit | PartialHit | undefined> {
    const tracked = this.#tracked.get(context);
    const keyed = tracked === undefined ? undefined : this.#keyed(context);
    if (tracked === undefined || keyed === undefined) return undefined;
    return 'then' in keyed ? keyed.then((made) => this.#find(made, tracked)) : this.#find(keyed, tracked);
  }

  #keyed(context: EmbedContext): Awaitable<KeyedValues> | undefined {
    const { settings, answerers, digest } = this.#parts;
    const call = cacheCallOf(context, settings);
    const { values, ...common } = context.request;
    if (call === undefined || isStateful(common.providerOptions)) return undefined;
    const shared = identityOf({ operation: 'embed', request: common }, call.group, answerers(context));
    if (shared === undefined) return undefined;
    const made = values.map((value) => digest(`${shared}${canonical(value)}`));
    if (made.every((key) => typeof key === 'string')) return { context, call, keys: made };
    return Promise.all(made).then((keys) => ({ context, call, keys }));
  }

  #find(keyed: KeyedValues, tracked: TrackedEmbed): Awaitable<LookupHit | PartialHit | undefined> {
    const { keys, context, call } = keyed;
    const { shelf, settings } = this.#parts;
    tracked.keyed = keyed;
    if (settings.coalesces) {
      const whole = keys.join(' ');
      const joined = call.refresh ? undefined : this.#flights.join(whole, context);
      if (joined !== undefined) {
        tracked.flight = joined.flight;
        return { source: 'coalesced', answer: joined.answer.result };
      }
      tracked.flight = this.#flights.lead(whole, context);
    }
    if (call.refresh) return undefined;
    const found = shelf.get(keys, call.labels);
    return 'then' in found
      ? found.then((texts) => this.#hit(keyed, tracked, texts))
      : this.#hit(keyed, tracked, found);
  }

  #hit(
    { keys, context, call }: KeyedValues,
    tracked: TrackedEmbed,
    texts: readonly (string | undefined)[],
  ): LookupHit | PartialHit | undefined {
    const entries = texts.map((text, index) => this.#read(call, keys[index] ?? '', text));
    const known = ofOneTarget(entries);
    const have = known.filter((entry) => entry !== undefined);
    const [first] = have;
    if (first === undefined) return undefined;
    const saved = compact({ savedCost: sumOf(have.map(({ usd }) => usd)) });
    if (have.length === known.length) {
      const answer = toResult(have, first);
      this.#land(tracked, answer);
      return { source: 'hit', answer, ...saved };
    }
    const { request } = context;
    const missing = request.values.filter((_, index) => known[index] === undefined);
    const rest: EmbedRequest = { ...request, values: missing };
    const keysOfRest = keys.filter((_, index) => known[index] === undefined);
    return {
      rest,
      ...saved,
      complete: async (made) => {
        if (!('embeddings' in made)) return made;
        this.#store(context, call, keysOfRest, missing, made);
        const whole = await this.#together(context, request, known, first.target, made);
        this.#land(tracked, whole);
        return whole;
      },
    };
  }

  #read(call: CacheCall, key: string, text: string | undefined): VectorEntry | undefined {
    const entry = text === undefined ? undefined : readSafely(this.#parts, key, text);
    if (entry === undefined || !('vector' in entry)) return undefined;
    const now = this.#parts.host.clock.date();
    return now >= entry.freshUntil || now - entry.at >= call.maxAge ? undefined : entry;
  }

  /** Vectors of two models cannot be compared: if another target made the rest, all values are embedded again. */
  async #together(
    { options }: EmbedContext,
    request: EmbedRequest,
    known: readonly (VectorEntry | undefined)[],
    target: string,
    made: EmbedResult,
  ): Promise<AnyResult> {
    if (made.target !== target) {
      const own = options.cache === false ? {} : options.cache;
      return this.#parts.host.router.embed(request, { ...options, cache: { ...own, refresh: true } });
    }
    const rest = [...made.embeddings];
    return { ...made, embeddings: known.map((entry) => entry?.vector ?? rest.shift() ?? []) };
  }

  #end(tracked: TrackedEmbed, { outcome, result, forOthers, lookup }: RequestSummary): void {
    const { keyed, flight } = tracked;
    if (keyed === undefined) return;
    const { context, call, keys } = keyed;
    const { counters } = this.#parts;
    const route = context.route ?? '';
    const isOurs = lookup?.plugin === 'cache';
    counters.count(route, isOurs ? countOf[lookup.source] : 'misses');
    if (isOurs) counters.saved(route, lookup.savedCost);
    const made = outcome === 'success' ? result : forOthers;
    if (lookup === undefined && made !== undefined && 'embeddings' in made) {
      if (flight?.isLedBy(context) === true) flight.land(made);
      this.#store(context, call, keys, context.request.values, made);
    }
    flight?.left(context);
    if (flight?.result !== undefined) flight.close();
  }

  #store(
    context: EmbedContext,
    call: CacheCall,
    keys: readonly string[],
    values: readonly string[],
    made: EmbedResult,
  ): void {
    const { host, settings, shelf, counters } = this.#parts;
    const { target, usage, cost, response, embeddings, warnings } = made;
    if (warnings.length > 0 || embeddings.length !== keys.length) return;
    const now = host.clock.date();
    const at = context.startedAt;
    const { route = '', tags } = context;
    const { serviceTier, region, model } = response;
    const characters = values.reduce((sum, { length }) => sum + length, 0);
    for (const [index, k] of keys.entries()) {
      const vector = embeddings[index] ?? [];
      const share = (values[index]?.length ?? 0) / Math.max(1, characters);
      const freshUntil = at + call.ttl * (1 - host.random() / 10);
      const { inputTokens } = usage;
      const text = serialize({
        v: 1,
        k,
        at,
        freshUntil,
        tags,
        target,
        vector,
        response: compact({ serviceTier, region, model }),
        ...compact({
          tokens: inputTokens === undefined ? undefined : inputTokens * share,
          usd: cost === undefined ? undefined : cost.total * share,
        }),
      });
      if (2 * text.length > settings.maxEntryBytes || freshUntil <= now) continue;
      counters.count(route, 'stored');
      void shelf.set(k, text, { ...call.labels, route }, { ttl: freshUntil - now, age: now - at });
    }
  }

  #land(tracked: TrackedEmbed, whole: AnyResult): void {
    if ('embeddings' in whole) tracked.flight?.land(whole);
  }
}

const countOf = { hit: 'hits', stale: 'stale', coalesced: 'coalesced', partial: 'partial' } as const;

/** The entries of the target that made most of them. */
function ofOneTarget(entries: readonly (VectorEntry | undefined)[]): readonly (VectorEntry | undefined)[] {
  const counts = new Map<string, number>();
  for (const entry of entries)
    if (entry !== undefined) counts.set(entry.target, (counts.get(entry.target) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  return entries.map((entry) => (entry?.target === most ? entry : undefined));
}

function toResult(entries: readonly VectorEntry[], { target, response }: VectorEntry): EmbedResult {
  const tokens = sumOf(entries.map((entry) => entry.tokens));
  return {
    embeddings: entries.map(({ vector }) => vector),
    target,
    usage: tokens === undefined ? {} : { inputTokens: Math.round(tokens), outputTokens: 0 },
    response: { ...response, headers: {} },
    cost: undefined,
    attempts: [],
    decision: undefined,
    warnings: [],
    providerMetadata: {},
    raw: [],
  };
}

/** `undefined` if any is unknown. */
function sumOf(values: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const value of values) {
    if (value === undefined) return undefined;
    sum += value;
  }
  return sum;
}
