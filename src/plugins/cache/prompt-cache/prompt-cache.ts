import type { AttemptObserver, AttemptPlan, PluginHost, RequestContext } from '../../../types/plugin.ts';
import type { ResolvedChatRequest } from '../../../types/provider.ts';
import type { AttemptSummary } from '../../../types/result/result.ts';
import { hash } from '../../../util/hash.ts';
import { namedBy } from '../keys/identity.ts';
import { endOfFixed, hasOwnMarkers, type Marking, marked } from './markers.ts';
import { type Destination, missOf, type PromptCacheMiss, placeOf } from './misses.ts';
import { countOfSystem, Prefixes, type Prompt, type Sent } from './prefixes.ts';
import { PromptCacheReport, type PromptCacheStats, savedCostOf } from './report.ts';
import { type Ends, type Reuse, ReuseMeter } from './reuse.ts';
import { type Markers, terms, type VendorCache, vendorCacheOf } from './vendors.ts';

type ChatContext = Extract<RequestContext, { readonly operation: 'chat' | 'stream' }>;

/** A request whose prompt has been compared with earlier ones. */
interface Inspected {
  readonly prompt: Prompt;
  readonly marking: Marking;
  /** Whether it got markers, and whether it has markers of its caller. */
  readonly isMarked: boolean;
  readonly isCallers: boolean;
  /** Its prefixes, once it has been sent. */
  sent: readonly Sent[] | undefined;
  isCharged: boolean;
}

interface TargetFacts {
  readonly provider: string;
  readonly vendor: VendorCache;
}

const unmarked: Marking = {
  anthropicFixed: false,
  anthropicWhole: false,
  openaiFixed: false,
  key: undefined,
};

/** Sets the vendors' prompt cache markers where the reuse so far pays for them, and reports how their caches perform. */
export class PromptCache {
  readonly #host: PluginHost;
  readonly #prefixes = new Prefixes();
  readonly #meters: Readonly<Record<Markers, ReuseMeter>> = {
    anthropic: new ReuseMeter(this.#prefixes, 'anthropic'),
    openai: new ReuseMeter(this.#prefixes, 'openai'),
  };
  readonly #report = new PromptCacheReport();
  readonly #inspected = new WeakMap<RequestContext, Inspected>();
  /** The request without its markers, which are not part of its key. */
  readonly #before = new WeakMap<object, ResolvedChatRequest>();
  #targets: ReadonlyMap<string, TargetFacts> | undefined;

  constructor(host: PluginHost) {
    this.#host = host;
  }

  /** The request with markers; `undefined` to leave it unchanged. */
  inspect(context: ChatContext): ResolvedChatRequest | undefined {
    const { request, tenant, session, route, options } = context;
    // Without a route the targets are unknown; it is inspected again when `select` has chosen one.
    if (route === undefined) return undefined;
    const group = JSON.stringify([tenant ?? null, route]);
    const prompt = this.#prefixes.promptOf(group, session, request);
    const targets = this.#targetsOf(namedBy(options), route);
    const isCallers = hasOwnMarkers(request);
    const marking =
      isCallers || !isMarkable(request, targets) ? unmarked : this.#marking(context, group, prompt, targets);
    const made = marked(request, marking);
    const isMarked = made !== undefined;
    this.#inspected.set(context, {
      prompt,
      marking,
      isMarked,
      isCallers,
      sent: undefined,
      isCharged: false,
    });
    // The request is recreated when it is checked again, so its messages identify it.
    if (made !== undefined) this.#before.set(made.messages, request);
    return made;
  }

  /** The markers that pay. */
  #marking(
    { request, session, route = '' }: ChatContext,
    group: string,
    prompt: Prompt,
    targets: readonly TargetFacts[],
  ): Marking {
    const reuseAt = (provider: Markers): Reuse | undefined => {
      const own = targets.filter((target) => target.provider === provider);
      const floor = Math.max(...own.map(({ vendor }) => vendor.floor));
      const now = this.#host.clock.now();
      return own.length === 0 ? undefined : this.#meters[provider].reuseOf(route, prompt, floor, now);
    };
    const [anthropic, openai] = [reuseAt('anthropic'), reuseAt('openai')];
    // Older models refuse breakpoints, and the request is the same for all of them.
    const takesBreakpoints = targets.every(
      ({ provider, vendor }) => provider !== 'openai' || vendor.markers === 'openai',
    );
    const isShared = openai !== undefined && (openai.fixedPays || openai.wholePays);
    const system = request.messages.slice(0, countOfSystem(request.messages));
    const mayEnd = endOfFixed(request);
    const shared = openai?.isOfConversations === true ? (session ?? system) : system;
    return {
      anthropicFixed: anthropic?.fixedPays === true && mayEnd.anthropic,
      anthropicWhole: anthropic?.wholePays === true,
      openaiFixed: openai?.fixedPays === true && mayEnd.openai && takesBreakpoints,
      key: isShared ? `sb-${hash(group + JSON.stringify(shared)).toString(36)}` : undefined,
    };
  }

  /** The request without our markers. */
  unmarked(request: ResolvedChatRequest): ResolvedChatRequest {
    return this.#before.get(request.messages) ?? request;
  }

  attempt(plan: AttemptPlan): AttemptObserver | undefined {
    const { context, target, key } = plan;
    const inspected = this.#inspected.get(context);
    // The cost of a mirrored copy is not the request's.
    if (inspected === undefined || context.shadow) return undefined;
    const { prompt, isCallers } = inspected;
    const now = this.#host.clock.now();
    const vendor = vendorCacheOf(target.provider, target.model);
    const destination = { target: target.id, key, vendor };
    const missed = missOf(prompt, destination, isCallers, now);
    this.#send(inspected, context.route ?? '', vendor, now);
    for (const sent of inspected.sent ?? []) sent.open += 1;
    return {
      end: (summary) => {
        for (const sent of inspected.sent ?? []) sent.open -= 1;
        if (summary.outcome !== 'success') return;
        this.#answered(inspected, destination);
        this.#count(plan, summary, inspected, missed);
      },
    };
  }

  /** The answers of one target, by route. */
  ofTarget(target: string): Readonly<Record<string, PromptCacheStats>> | undefined {
    return this.#report.ofTarget(target);
  }

  /** The answers of all targets, by route. */
  byRoute(): Readonly<Record<string, PromptCacheStats>> {
    return this.#report.byRoute();
  }

  #send(inspected: Inspected, route: string, { markers }: VendorCache, now: number): void {
    const { prompt } = inspected;
    if (inspected.sent === undefined) {
      for (const meter of Object.values(this.#meters)) meter.learn(route, prompt, now);
      inspected.sent = prompt.send();
    }
    if (markers === undefined || inspected.isCharged) return;
    this.#meters[markers].charge(route, prompt, endsOf(markers, inspected), now);
    inspected.isCharged = true;
  }

  #answered(inspected: Inspected, destination: Destination): void {
    const { sent = [], isCallers } = inspected;
    const now = this.#host.clock.now();
    const { markers } = destination.vendor;
    const ends = markers && endsOf(markers, inspected);
    for (const [index, prefix] of sent.entries()) {
      const isLast = index === sent.length - 1;
      const isMarked = isCallers || (index === 0 && ends?.fixed === true) || (isLast && ends?.whole === true);
      prefix.answeredAt = now;
      if (isMarked && markers !== undefined) prefix.markedAt[markers] = now;
      prefix.places.set(placeOf(destination), now);
    }
  }

  #count(
    { context, target }: AttemptPlan,
    summary: AttemptSummary,
    { isMarked }: Inspected,
    missed: (inputTokens: number) => PromptCacheMiss,
  ): void {
    const { usage } = summary;
    if (usage?.inputTokens === undefined) return;
    const { inputTokens, cacheReadTokens, cacheWriteTokens: writtenTokens = 0 } = usage;
    const readTokens = cacheReadTokens ?? 0;
    const miss =
      readTokens > 0 ? undefined : cacheReadTokens === undefined ? 'unreported' : missed(inputTokens);
    const savedCost = savedCostOf(target, summary);
    const { route = '' } = context;
    const counted = { inputTokens, readTokens, writtenTokens, savedCost, miss };
    this.#report.add({ target: target.id, route, isMarked, ...counted });
    context.note({
      plugin: 'cache',
      facts: {
        target: target.id,
        promptCache: miss === undefined ? 'hit' : 'miss',
        ...(miss === undefined ? {} : { promptCacheMiss: miss }),
        ...(savedCost === undefined ? {} : { promptCacheSaved: savedCost }),
      },
    });
  }

  #targetsOf(named: readonly string[] | undefined, route: string): readonly TargetFacts[] {
    const { router } = this.#host;
    this.#targets ??= new Map(
      router
        .stats()
        .map(({ id, provider, model }) => [id, { provider, vendor: vendorCacheOf(provider, model) }]),
    );
    const ofRoute =
      route === 'default' ? (router.routes['default'] ?? router.targets) : (router.routes[route] ?? [route]);
    const ids = named ?? ofRoute;
    return ids.flatMap((id) => this.#targets?.get(id) ?? []);
  }
}

function endsOf(markers: Markers, { marking }: Inspected): Ends {
  const { anthropicFixed, anthropicWhole, openaiFixed } = marking;
  return markers === 'anthropic'
    ? { fixed: anthropicFixed, whole: anthropicWhole }
    : { fixed: openaiFixed, whole: terms[markers].marksEnd };
}

/** A request in another interface's form cannot be marked; only these vendors do not need that form. */
function isMarkable({ origin }: ResolvedChatRequest, targets: readonly TargetFacts[]): boolean {
  const isOurs = ({ provider }: TargetFacts): boolean => provider === 'anthropic' || provider === 'openai';
  return targets.some(isOurs) && (origin === undefined || targets.every(isOurs));
}
