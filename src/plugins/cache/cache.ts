import type { Awaitable, LookupHit, RequestContext } from '../../types/plugin.ts';
import type { ChatRequest } from '../../types/request/request.ts';
import type { ChatResult } from '../../types/result/result.ts';
import { compact } from '../../util/json.ts';
import {
  type CacheParts,
  type ChatContext,
  type Keyed,
  type StoredAnswers,
  storedAnswers,
} from './answers.ts';
import { isCacheable } from './cacheable.ts';
import { cacheCallOf } from './call.ts';
import type { ChatEntry } from './entry.ts';
import { Flights } from './flight/flights.ts';
import { identityOf } from './keys/identity.ts';
import { type Question, SemanticCache, type SemanticStats } from './semantic/semantic.ts';
import { type Claims, claims } from './shelf/claims.ts';
import { Tracked, type TrackedEnd } from './tracked.ts';

/** Chats and streams of one router: exact answers, and answers in flight. They share entries. */
export class ChatCache {
  readonly #parts: CacheParts;
  readonly #stored: StoredAnswers;
  readonly #flights: Flights<ChatResult>;
  readonly #claims: Claims | undefined;
  readonly #semantic: SemanticCache | undefined;
  readonly #tracked = new WeakMap<RequestContext, Tracked>();
  /** Questions in flight. */
  readonly #questions = new WeakMap<Keyed, Question>();
  /** Keys that a request in the background refreshes. */
  readonly #refreshing = new Set<string>();

  constructor(parts: CacheParts, claimed: Claims | undefined) {
    const { semantic } = parts.settings;
    this.#parts = parts;
    this.#stored = storedAnswers(parts);
    this.#semantic = semantic && new SemanticCache(parts, this.#stored, semantic);
    this.#flights = new Flights(parts.host);
    this.#claims = claimed;
  }

  get semanticStats(): SemanticStats | undefined {
    return this.#semantic?.stats;
  }

  observe(context: ChatContext): Tracked {
    const note = (): void => context.note({ plugin: 'cache', facts: { cache: 'miss' } });
    const tracked = new Tracked(context, this.#parts.prompts, note, this.#onEnd);
    this.#tracked.set(context, tracked);
    return tracked;
  }

  lookup(context: ChatContext): Awaitable<LookupHit | undefined> {
    const tracked = this.#tracked.get(context);
    const keyed = tracked === undefined ? undefined : this.#keyed(context);
    if (tracked === undefined || keyed === undefined) return undefined;
    return 'then' in keyed ? keyed.then((made) => this.#find(made, tracked)) : this.#find(keyed, tracked);
  }

  /** The key of a request; `undefined` if it has no entries. */
  #keyed(context: ChatContext): Awaitable<Keyed> | undefined {
    const { settings, answerers, digest, prompts } = this.#parts;
    const call = cacheCallOf(context, settings);
    if (call === undefined || !isCacheable(context.request, settings)) return undefined;
    const request = prompts?.unmarked(context.request) ?? context.request;
    const identity = identityOf({ operation: 'chat', request }, call.group, answerers(context));
    if (identity === undefined) return undefined;
    const key = digest(identity);
    return typeof key === 'string'
      ? { context, call, key }
      : Promise.resolve(key).then((made) => ({ context, call, key: made }));
  }

  #find(keyed: Keyed, tracked: Tracked): Awaitable<LookupHit | undefined> {
    const { key, context, call } = keyed;
    const { coalesces } = this.#parts.settings;
    tracked.keyed = keyed;
    // While a stale entry is refreshed, it answers: no caller waits for the refresh.
    const joins = coalesces && !call.refresh && !this.#refreshing.has(key);
    const joined = joins ? this.#flights.join(key, context) : undefined;
    if (joined !== undefined) {
      tracked.flight = joined.flight;
      return { source: 'coalesced', answer: joined.answer };
    }
    const isCompared = this.#semantic?.covers(keyed) === true;
    const found = call.refresh ? undefined : this.#stored.find(keyed);
    if (found === undefined) {
      this.#miss(keyed, tracked);
      return isCompared ? this.#compare(keyed, tracked) : undefined;
    }
    if (!('then' in found)) return this.#hit(keyed, found);
    // Identical requests that arrive meanwhile also wait for the result.
    this.#miss(keyed, tracked);
    return this.#later(keyed, tracked, found);
  }

  /** Waits for a store, and for another process that makes the same answer. */
  async #later(
    keyed: Keyed,
    tracked: Tracked,
    finding: PromiseLike<ChatEntry | undefined>,
  ): Promise<LookupHit | undefined> {
    const look = async (): Promise<ChatEntry | undefined> => this.#stored.find(keyed);
    const { key, context } = keyed;
    const entry = (await finding) ?? (await this.#claims?.claimOrWait(key, context, look));
    if (entry === undefined)
      return this.#semantic?.covers(keyed) === true && !context.signal.aborted
        ? this.#compare(keyed, tracked)
        : undefined;
    const hit = this.#hit(keyed, entry);
    this.#landFound(tracked, hit);
    return hit;
  }

  /** Looks for a question that means the same. */
  async #compare(keyed: Keyed, tracked: Tracked): Promise<LookupHit | undefined> {
    const { question, hit } = (await this.#semantic?.search(keyed)) ?? {};
    if (question !== undefined) this.#questions.set(keyed, question);
    if (hit !== undefined) this.#landFound(tracked, hit);
    return hit;
  }

  /** Gives a stored answer to the requests that wait for this one. */
  #landFound(tracked: Tracked, { answer, parts }: LookupHit): void {
    const { flight } = tracked;
    if (flight === undefined || !('content' in answer)) return;
    flight.land(answer, Array.isArray(parts) ? parts : undefined);
    flight.close();
    tracked.flight = undefined;
  }

  #hit(keyed: Keyed, entry: ChatEntry): LookupHit {
    const hit = this.#stored.toHit(entry);
    if (hit.source === 'stale') this.#refresh(keyed);
    return hit;
  }

  #miss(keyed: Keyed, tracked: Tracked): undefined {
    if (this.#parts.settings.coalesces) tracked.flight = this.#flights.lead(keyed.key, keyed.context);
  }

  /** Refreshes the answer in the background, so that no caller waits for it. */
  #refresh({ key, context }: Keyed): void {
    if (this.#refreshing.has(key)) return;
    this.#refreshing.add(key);
    const { signal: _, deadline: _deadline, cache, ...options } = context.options;
    const own = cache === false ? {} : cache;
    const { router } = this.#parts.host;
    router
      .chat(copyOf(context.original), {
        ...compact(options),
        priority: 'sheddable',
        cache: { ...own, refresh: true },
      })
      // Its failure is in its own events, and the stale answer was good enough.
      .catch(() => {})
      .finally(() => this.#refreshing.delete(key));
  }

  readonly #onEnd = ({ keyed, flight, summary, answer, parts }: TrackedEnd): void => {
    const { counters } = this.#parts;
    const { key, context } = keyed;
    const { lookup } = summary;
    const route = context.route ?? '';
    const isOurs = lookup?.plugin === 'cache';
    counters.count(route, isOurs ? countOf[lookup.source] : 'misses');
    if (isOurs) counters.saved(route, lookup.savedCost);
    if (answer === undefined) {
      flight?.left(context);
      this.#claims?.release(key);
      return;
    }
    if (flight?.isLedBy(context) === true) flight.land(answer);
    const storing = this.#stored.store(keyed, answer, parts);
    const question = this.#questions.get(keyed);
    const close = (): void => {
      if (question !== undefined) void this.#semantic?.add(question, key);
      flight?.close();
      this.#claims?.release(key);
    };
    // Until it can be found in the store, the flight has it.
    if (storing === undefined) close();
    else void storing.then(close, close);
  };
}

const countOf = { hit: 'hits', stale: 'stale', coalesced: 'coalesced', partial: 'partial' } as const;

/** The caller may append to its lists later. */
function copyOf(original: object): ChatRequest {
  const fields = Object.entries(original).map(([name, value]) => [
    name,
    Array.isArray(value) ? [...value] : value,
  ]);
  return Object.fromEntries(fields);
}

/**
 * Combines identical requests of several processes; `undefined` if the store belongs to this process only.
 */
export function claimsOf({ host, settings, shared }: CacheParts): Claims | undefined {
  const { wait, coalesces, namespace } = settings;
  if (shared === undefined || !coalesces || wait === 0) return undefined;
  return claims({ ...shared, namespace, clock: host.clock, wait });
}
