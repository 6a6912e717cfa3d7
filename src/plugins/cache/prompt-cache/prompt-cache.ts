import type { AttemptObserver, AttemptPlan, PluginHost, RequestContext } from '../../../types/plugin.ts';
import type { ResolvedChatRequest } from '../../../types/provider.ts';
import { hash } from '../../../util/hash.ts';
import { floorOf, hasOwnMarkers, marked } from './markers.ts';
import { reuseMeter } from './reuse.ts';

/** What the vendors' prompt caches have done for one route. */
export interface PromptCacheStats {
  /** Requests that got markers. */
  readonly marked: number;
  /** Input tokens of all answers, and those that were read from and written to a vendor's cache. */
  readonly inputTokens: number;
  readonly readTokens: number;
  readonly writtenTokens: number;
  /** Ratio of input tokens that were read from a cache, 0 to 1; `undefined` before the first answer. */
  readonly hitRate: number | undefined;
  /** US$ saved by reads, less the surcharge of writes, at the targets' prices. */
  readonly savedCost: number;
  /** Prompts of which nothing could be read: their prefix is new, or was last sent too long ago. */
  readonly misses: { readonly new: number; readonly expired: number };
}

interface Counts {
  marked: number;
  input: number;
  read: number;
  written: number;
  saved: number;
  readonly misses: { new: number; expired: number };
}

type ChatContext = Extract<RequestContext, { readonly operation: 'chat' | 'stream' }>;

/** Sets the vendors' prompt cache markers where the reuse seen so far pays for them. */
export class PromptCache {
  readonly #host: PluginHost;
  readonly #reuse = reuseMeter();
  readonly #routes = new Map<string, Counts>();
  /** The request as it was before it got markers, which are not part of its key. */
  readonly #before = new WeakMap<object, ResolvedChatRequest>();
  #targets: ReadonlyMap<string, { readonly provider: string; readonly model: string }> | undefined;

  constructor(host: PluginHost) {
    this.#host = host;
  }

  /** The request with markers; `undefined` to leave it as it is. */
  inspect(context: ChatContext): ResolvedChatRequest | undefined {
    const { request, tenant, session, route = '' } = context;
    const targets = this.#targetsOf(context);
    const models = targets.filter(({ provider }) => provider === 'anthropic').map(({ model }) => model);
    const isOurs = ({ provider }: { readonly provider: string }): boolean =>
      provider === 'anthropic' || provider === 'openai';
    // In another interface's form the request cannot be marked, and only these vendors do without that form.
    const isMarkable = targets.some(isOurs) && (request.origin === undefined || targets.every(isOurs));
    if (!isMarkable || hasOwnMarkers(request)) return undefined;
    const group = JSON.stringify([tenant ?? null, route]);
    const reuse = this.#reuse.see(group, route, request, this.#host.clock.now());
    const counts = this.#of(route);
    if (reuse.miss !== undefined) counts.misses[reuse.miss] += 1;
    const floor = models.length === 0 ? Number.POSITIVE_INFINITY : floorOf(models);
    const system = request.messages.filter(({ role }) => role === 'system');
    const name = session === undefined ? JSON.stringify(system) : session;
    const made = marked(request, reuse, floor, `sb-${hash(group + name).toString(36)}`);
    if (made === undefined) return undefined;
    counts.marked += 1;
    // Recreated when the request is checked again, so it is known by its messages.
    this.#before.set(made.messages, request);
    return made;
  }

  /** The request without our markers. */
  unmarked(request: ResolvedChatRequest): ResolvedChatRequest {
    return this.#before.get(request.messages) ?? request;
  }

  attempt({ context, target: { price } }: AttemptPlan): AttemptObserver {
    return {
      end: ({ usage }) => {
        if (usage?.inputTokens === undefined) return;
        const counts = this.#of(context.route ?? '');
        const { inputTokens, cacheReadTokens: read = 0, cacheWriteTokens: written = 0 } = usage;
        counts.input += inputTokens;
        counts.read += read;
        counts.written += written;
        if (price === undefined) return;
        const { input, cacheRead = input, cacheWrite = input } = price;
        counts.saved += Math.round(1_000 * (read * (input - cacheRead) - written * (cacheWrite - input)));
      },
    };
  }

  report(): Readonly<Record<string, PromptCacheStats>> {
    return Object.fromEntries(
      [...this.#routes].map(([route, { input, read, written, saved, marked: count, misses }]) => [
        route,
        {
          marked: count,
          inputTokens: input,
          readTokens: read,
          writtenTokens: written,
          hitRate: input === 0 ? undefined : read / input,
          savedCost: saved / 1_000_000_000,
          misses: { ...misses },
        },
      ]),
    );
  }

  #of(route: string): Counts {
    const counts = this.#routes.get(route) ?? {
      marked: 0,
      input: 0,
      read: 0,
      written: 0,
      saved: 0,
      misses: { new: 0, expired: 0 },
    };
    this.#routes.set(route, counts);
    return counts;
  }

  #targetsOf({ route }: ChatContext): readonly { readonly provider: string; readonly model: string }[] {
    const { router } = this.#host;
    this.#targets ??= new Map(router.stats().map(({ id, provider, model }) => [id, { provider, model }]));
    const ids =
      route === undefined || route === 'default'
        ? (router.routes['default'] ?? router.targets)
        : (router.routes[route] ?? [route]);
    return ids.flatMap((id) => this.#targets?.get(id) ?? []);
  }
}
