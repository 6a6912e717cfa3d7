import type { Awaitable, LookupHit, PluginHost, RequestContext } from '../../types/plugin.ts';
import type { ChatResult } from '../../types/result/result.ts';
import type { StreamContent } from '../../types/result/stream-part.ts';
import type { Store } from '../../types/store.ts';
import type { CacheCounters } from './cache-stats.ts';
import { unfitBecause } from './cacheable.ts';
import type { CacheCall } from './call.ts';
import { type ChatEntry, readEntry, serialize, toAnswer, toChatEntry, type VectorEntry } from './entry.ts';
import type { Digest } from './keys/digest.ts';
import type { Answerers } from './keys/identity.ts';
import type { Settings } from './options.ts';
import { paced } from './paced.ts';
import type { PromptCache } from './prompt-cache/prompt-cache.ts';
import type { Shelf } from './shelf/shelf.ts';
import type { StoreGuard } from './shelf/store-guard.ts';

export type ChatContext = Extract<RequestContext, { readonly operation: 'chat' | 'stream' }>;

/** The state that the parts of one cache share. */
export interface CacheParts {
  readonly host: PluginHost;
  readonly settings: Settings;
  readonly shelf: Shelf;
  /** The store that processes share; `undefined` for entries in memory. */
  readonly shared: { readonly store: Store; readonly attempt: StoreGuard } | undefined;
  readonly digest: Digest;
  readonly answerers: Answerers;
  readonly counters: CacheCounters;
  readonly prompts: PromptCache | undefined;
}

/** A request that may have an entry. */
export interface Keyed {
  readonly context: ChatContext;
  readonly call: CacheCall;
  readonly key: string;
}

/** Stored answers to chats and streams. */
export interface StoredAnswers {
  /** The entry of a request; `undefined` if there is none. Never rejects. */
  find(keyed: Keyed): Awaitable<ChatEntry | undefined>;
  /** An entry as a hit. */
  toHit(entry: ChatEntry): LookupHit;
  /** Stores an answer, if it may be stored. Never rejects. */
  store(keyed: Keyed, answer: ChatResult, parts: readonly StreamContent[] | undefined): Awaitable<void>;
}

export function storedAnswers(parts: CacheParts): StoredAnswers {
  const { host, settings, shelf, counters } = parts;
  const { clock } = host;
  const read = ({ key, call }: Keyed, text: string | undefined): ChatEntry | undefined => {
    const entry = text === undefined ? undefined : readSafely(parts, key, text);
    if (entry === undefined || 'vector' in entry) return undefined;
    const age = clock.date() - entry.at;
    const isGone = clock.date() >= entry.freshUntil + settings.staleWhileRevalidate;
    return isGone || age >= call.maxAge ? undefined : entry;
  };
  return {
    find(keyed) {
      const found = shelf.get([keyed.key], keyed.call.labels);
      return 'then' in found ? found.then(([text]) => read(keyed, text)) : read(keyed, found[0]);
    },
    toHit(entry) {
      const source = clock.date() < entry.freshUntil ? 'hit' : 'stale';
      const replayed =
        entry.parts === undefined || settings.pace === 0
          ? entry.parts
          : paced(entry.parts, settings.pace, clock);
      return {
        source,
        answer: toAnswer(entry),
        ...(replayed === undefined ? {} : { parts: replayed }),
        ...(entry.cost === undefined ? {} : { savedCost: entry.cost.total }),
      };
    },
    store({ context, call, key }, answer, streamed) {
      const { route = '' } = context;
      const unfit = unfitBecause(answer, settings);
      if (unfit !== undefined) return counters.unfit(route, unfit);
      const at = context.startedAt;
      // So that entries made together do not all expire together.
      const freshUntil = at + call.ttl * (1 - host.random() / 10);
      const entry = toChatEntry({ k: key, at, freshUntil, tags: context.tags }, answer, streamed);
      const text = writeSafely(parts, entry);
      if (text === undefined || 2 * text.length > settings.maxEntryBytes)
        return counters.unfit(route, 'too-large');
      const now = clock.date();
      const ttl = freshUntil + settings.staleWhileRevalidate - now;
      if (ttl <= 0) return undefined;
      counters.count(route, 'stored');
      return shelf.set(key, text, { ...call.labels, route }, { ttl, age: now - at });
    },
  };
}

/** An entry that can be read; anything else is reported and dropped. */
export function readSafely(
  { host, shelf }: CacheParts,
  key: string,
  text: string,
): ChatEntry | VectorEntry | undefined {
  try {
    return readEntry(text, key);
  } catch (error) {
    host.report(error);
    shelf.drop(key);
    return undefined;
  }
}

function writeSafely({ host }: CacheParts, entry: ChatEntry): string | undefined {
  try {
    return serialize(entry);
  } catch (error) {
    host.report(error);
    return undefined;
  }
}
