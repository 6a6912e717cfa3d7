/**
 * A cache of answers: exact, shared between identical requests in flight, and embeddings per value.
 *
 * @module cache
 */
import { ConfigError } from '../../errors.ts';
import type { Plugin, PluginHost, RequestContext } from '../../types/plugin.ts';
import type { CacheParts } from './answers.ts';
import { ChatCache, claimsOf } from './cache.ts';
import { cacheCounters, type RouteCacheStats } from './cache-stats.ts';
import { isOff } from './call.ts';
import { EmbeddingCache } from './embeddings.ts';
import { digestWith, ownSecret } from './keys/digest.ts';
import { answerersOf } from './keys/identity.ts';
import {
  type CacheCallOptions,
  type CacheOptions,
  expectedCallOption,
  type Settings,
  settingsOf,
} from './options.ts';
import { PromptCache } from './prompt-cache/prompt-cache.ts';
import type { PromptCacheStats } from './prompt-cache/report.ts';
import type { SemanticStats } from './semantic/semantic.ts';
import { memoryShelf } from './shelf/memory-shelf.ts';
import type { Selector, Shelf } from './shelf/shelf.ts';
import { storeGuard } from './shelf/store-guard.ts';
import { storeShelf } from './shelf/store-shelf.ts';

export type { RouteCacheStats } from './cache-stats.ts';
export type { CacheCallOptions, CacheOptions, Scope } from './options.ts';
export type { PromptCacheMiss } from './prompt-cache/misses.ts';
export type { PromptCacheStats } from './prompt-cache/report.ts';
export type {
  SemanticIndex,
  SemanticItem,
  SemanticMatch,
  SemanticOptions,
  WouldBeHit,
} from './semantic/options.ts';
export type { SemanticStats } from './semantic/semantic.ts';
export type { Selector } from './shelf/shelf.ts';

declare module 'signalbox' {
  interface CallOptions<TargetId extends string = string, RouteName extends string = string> {
    /** Options of `signalbox/cache` for this call. `false` neither reads nor stores. */
    readonly cache?: false | CacheCallOptions;
  }
  interface TargetReport {
    /** Statistics of the vendor's prompt cache, by route. Set by `cache({ promptCache: 'auto' })` after the first answer. */
    readonly promptCache?: Readonly<Record<string, PromptCacheStats>>;
  }
}

/** The plugin, with methods for the application. */
export interface Cache extends Plugin {
  /**
   * Drops entries, also those that requests in flight are about to store, in all processes that share the store.
   *
   * @example
   * await answers.invalidate({ scope: 'acme', tag: 'prices' });
   */
  invalidate(selector?: Selector): Promise<void>;
  /** Statistics of the cache in this process, by route. */
  stats(): Readonly<Record<string, RouteCacheStats>>;
  /** Statistics of the vendors' prompt caches, by route; `undefined` without `promptCache`. */
  promptStats(): Readonly<Record<string, PromptCacheStats>> | undefined;
  /** Statistics of the comparison by meaning; `undefined` without `semantic`. */
  semanticStats(): SemanticStats | undefined;
}

/**
 * Answers a request that was answered before, at no cost, and lets identical requests in flight share one
 * answer. Only proven, complete answers are stored: no answer that was cut, filtered, refused, interrupted or
 * continued, none that a check rejects, and none with tool calls unless `toolCalls` allows them.
 *
 * @throws ConfigError naming the invalid option
 * @example
 * const answers = cache({ ttl: 3_600_000 });
 * const router = createRouter({ targets, plugins: [answers] });
 * await router.chat({ prompt }, { tenant: 'acme' });
 */
export function cache(options: CacheOptions = {}): Cache {
  const settings = settingsOf(options);
  const counters = cacheCounters();
  let parts: CacheParts | undefined;
  let chats: ChatCache | undefined;
  let embeddings: EmbeddingCache | undefined;
  return {
    name: 'cache',
    // Each wait has its own limit: for the store, for another process, for an embedding.
    timeout: Number.POSITIVE_INFINITY,
    callOptions: {
      cache: {
        check: expectedCallOption,
        merge: (preset, call) =>
          typeof preset === 'object' && typeof call === 'object' ? { ...preset, ...call } : call,
      },
    },
    install(host) {
      if (parts !== undefined) throw new ConfigError('cache', 'a cache for each router', 'one for several');
      parts = partsOf(settings, counters, host);
      chats = new ChatCache(parts, claimsOf(parts));
      embeddings = new EmbeddingCache(parts);
      return undefined;
    },
    ...(settings.promptCache === undefined
      ? {}
      : {
          inspect: (context) => (isChat(context) ? parts?.prompts?.inspect(context) : undefined),
          routed: (context) => (isChat(context) ? parts?.prompts?.inspect(context) : undefined),
          targetStats(target: string) {
            const promptCache = parts?.prompts?.ofTarget(target);
            return promptCache && { promptCache };
          },
        }),
    observe(context) {
      const prompts = parts?.prompts;
      // The vendors' caches count for every call.
      if (isOff(context))
        return prompts && isChat(context) ? { attempt: (plan) => prompts.attempt(plan) } : undefined;
      return isChat(context)
        ? chats?.observe(context)
        : isEmbed(context)
          ? embeddings?.observe(context)
          : undefined;
    },
    lookup(context) {
      if (isOff(context)) return undefined;
      return isChat(context)
        ? chats?.lookup(context)
        : isEmbed(context)
          ? embeddings?.lookup(context)
          : undefined;
    },
    async invalidate(selector = {}) {
      await parts?.shelf.invalidate(selector);
    },
    stats: () => counters.report(),
    promptStats: () => parts?.prompts?.byRoute(),
    semanticStats: () => chats?.semanticStats,
  };
}

function isEmbed(context: RequestContext): context is Extract<RequestContext, { operation: 'embed' }> {
  return context.operation === 'embed';
}

function isChat(
  context: RequestContext,
): context is Extract<RequestContext, { operation: 'chat' | 'stream' }> {
  return context.operation === 'chat' || context.operation === 'stream';
}

function partsOf(settings: Settings, counters: CacheParts['counters'], host: PluginHost): CacheParts {
  const store = settings.store ?? (host.store.name === 'memory' ? undefined : host.store);
  const { secret, maxBytes, namespace, storeTimeout } = settings;
  if (store !== undefined && secret === undefined)
    throw new ConfigError('cache.secret', 'a secret that all processes of the store share', 'undefined');
  const digest = digestWith(secret ?? ownSecret());
  const { clock, report } = host;
  const shared = store && { store, attempt: storeGuard(clock, storeTimeout, report) };
  const shelf: Shelf =
    shared === undefined
      ? memoryShelf(maxBytes, clock)
      : storeShelf({ ...shared, namespace, digest, memory: 7 * 86_400_000, report });
  const prompts = settings.promptCache === undefined ? undefined : new PromptCache(host);
  const answerers = answerersOf(host);
  return { host, settings, shelf, shared, digest, answerers, counters, prompts };
}
