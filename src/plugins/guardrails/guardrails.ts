import type { AnyRequest, Awaitable, Plugin, PluginHost, RequestContext } from '../../types/plugin.ts';
import type { ChatResult } from '../../types/result/result.ts';
import type { Review } from '../../types/transform.ts';
import { mergeOptions } from '../../util/merge.ts';
import { isPromise } from './detectors/find.ts';
import { pluginName } from './errors.ts';
import { injected } from './guards/inject.ts';
import { checkGuardOptions, type GuardrailsOptions, guardsFault } from './options.ts';
import { SessionVaults } from './redaction/sessions.ts';
import { Vault } from './redaction/vault.ts';
import type { Environment } from './runner/environment.ts';
import { isGuard, isInjection, isVendorGuard } from './runner/guards.ts';
import { checkRequest } from './runner/request.ts';
import { GuardedAnswer } from './stream/answer.ts';
import { checkMetadata } from './stream/metadata.ts';
import type { Guard, GuardItem, Injection, VendorGuard } from './types.ts';

/** The guards of one request by kind. */
interface Applied {
  readonly guards: readonly Guard[];
  readonly injections: readonly Injection[];
  readonly vendor: readonly VendorGuard[];
}

const hour = 3_600_000;
const usualSessions = { idle: hour, count: 10_000 };

/**
 * Guards everything sent to and received from vendors, the same through every interface: direct calls, the AI SDK, the OpenAI and
 * Anthropic SDKs, LangChain. Guards of the router, the route, the tenant and the call add up; none of them can remove another's.
 *
 * A guard that blocks a request throws `GuardError` before anything is sent. A guard that blocks an answer sends the request to
 * the next target if the route's `fallbackOn` contains `guard`; otherwise the answer ends with the finish reason
 * `content-filter`. Every verdict is in `decision.notes` and a `note` event.
 *
 * @throws ConfigError naming the invalid option
 * @example
 * const router = createRouter({
 *   targets,
 *   plugins: [guardrails([block(secrets()), redact(pii(), { restore: true })])],
 * });
 */
export function guardrails(items: readonly GuardItem[], options: GuardrailsOptions = {}): Plugin {
  checkGuardOptions(items, options);
  return new Guardrails(items, options).plugin();
}

class Guardrails {
  readonly #items: readonly GuardItem[];
  readonly #routes: Readonly<Record<string, readonly GuardItem[]>>;
  readonly #tenants: Readonly<Record<string, readonly GuardItem[]>>;
  readonly #sessions: SessionVaults;
  readonly #vaults = new WeakMap<RequestContext, Vault>();
  /** By request, and by its route when they were determined. */
  readonly #applied = new WeakMap<
    RequestContext,
    { readonly route: string | undefined; readonly applied: Applied }
  >();
  readonly #shared = new WeakSet<Vault>();
  readonly #unguarded = new WeakSet<object>();
  #env: Environment | undefined;

  constructor(items: readonly GuardItem[], { routes = {}, tenants = {}, sessions = {} }: GuardrailsOptions) {
    this.#items = items;
    this.#routes = routes;
    this.#tenants = tenants;
    this.#sessions = new SessionVaults({ ...usualSessions, ...sessions });
  }

  plugin(): Plugin {
    return {
      name: pluginName,
      // Each guard has its own timeout.
      timeout: Number.POSITIVE_INFINITY,
      callOptions: {
        guards: {
          check: guardsFault,
          merge: (preset, call) => [...(preset as readonly GuardItem[]), ...(call as readonly GuardItem[])],
        },
      },
      install: (host) => this.#install(host),
      inspect: (context) => this.#inspect(context, this.#appliedTo(context)),
      ...(Object.keys(this.#routes).length === 0
        ? {}
        : { routed: (context) => this.#inspect(context, this.#ofRoute(context)) }),
      transform: (context) => this.#transform(context),
      review: (result, context) => this.#review(result, context),
      observe: (context) => ({
        answer: (result) => noteVendor(this.#appliedTo(context).vendor, context, result as ChatResult),
        end: () => this.#forget(context),
      }),
    };
  }

  #install({ clock, router, onBehalfOf }: PluginHost): () => void {
    const vaultOf: Environment['vaultOf'] = (context) => this.#vaultOf(context);
    this.#env = { clock, router, onBehalfOf, unguarded: this.#unguarded, vaultOf };
    return () => this.#sessions.clear();
  }

  #environment(): Environment {
    if (this.#env === undefined) throw new Error('the plugin is not installed');
    return this.#env;
  }

  #inspect(
    context: RequestContext,
    { guards, injections, vendor }: Applied,
  ): Awaitable<AnyRequest | undefined> {
    const toVendor = guards.filter(({ direction }) => direction !== 'answer');
    const checking = toVendor.length === 0 ? undefined : checkRequest(toVendor, context, this.#environment());
    const add = (checked: AnyRequest | undefined): AnyRequest | undefined => {
      const request = checked ?? context.request;
      const added = injections.length === 0 ? undefined : injected(injections, context, request);
      return vendor.length === 0 ? (added ?? checked) : withVendorOptions(vendor, added ?? request);
    };
    return isPromise(checking) ? checking.then(add) : add(checking);
  }

  #transform(context: RequestContext): GuardedAnswer | undefined {
    if (context.operation !== 'chat' && context.operation !== 'stream') return undefined;
    const guards = this.#ofAnswer(context);
    return guards === undefined ? undefined : new GuardedAnswer(guards, context, this.#environment());
  }

  #review(result: ChatResult, context: RequestContext): Awaitable<Review | undefined> {
    const guards = this.#ofAnswer(context);
    return guards === undefined ? undefined : checkMetadata(result, guards, context, this.#environment());
  }

  /** The guards of the answer; `undefined` if the caller gets it unchanged. */
  #ofAnswer(context: RequestContext): readonly Guard[] | undefined {
    if (this.#unguarded.has(context.original)) return undefined;
    const guards = this.#appliedTo(context).guards.filter(({ direction }) => direction !== 'request');
    return guards.length === 0 && this.#vaults.get(context)?.isEmpty !== false ? undefined : guards;
  }

  #appliedTo(context: RequestContext): Applied {
    const { route } = context;
    const known = this.#applied.get(context);
    if (known !== undefined && known.route === route) return known.applied;
    const applied = this.#unguarded.has(context.original) ? nothing : byKind(this.#itemsOf(context));
    this.#applied.set(context, { route, applied });
    return applied;
  }

  #itemsOf({ route, tenant, options, decision }: RequestContext): readonly GuardItem[] {
    const ofTenant =
      tenant !== undefined && Object.hasOwn(this.#tenants, tenant) ? this.#tenants[tenant] : undefined;
    // An answer that was found before its route was selected gets the guards of all routes.
    const isFound = route === undefined && decision?.lookup !== undefined;
    const ofRoute = isFound ? Object.values(this.#routes).flat() : this.#itemsOfRoute(route);
    const { guards = [] } = options;
    if (ofTenant === undefined && ofRoute.length === 0 && guards.length === 0) return this.#items;
    return [...this.#items, ...ofRoute, ...(ofTenant ?? []), ...guards];
  }

  #itemsOfRoute(route: string | undefined): readonly GuardItem[] {
    return route !== undefined && Object.hasOwn(this.#routes, route) ? (this.#routes[route] ?? []) : [];
  }

  /** The guards that the selected route adds. */
  #ofRoute(context: RequestContext): Applied {
    return this.#unguarded.has(context.original) ? nothing : byKind(this.#itemsOfRoute(context.route));
  }

  /** Values of a request end with it, those of a session with the session. */
  #forget(context: RequestContext): void {
    const vault = this.#vaults.get(context);
    if (vault !== undefined && !this.#shared.has(vault)) vault.clear();
  }

  #vaultOf(context: RequestContext): Vault {
    const known = this.#vaults.get(context);
    if (known !== undefined) return known;
    const { guards } = this.#appliedTo(context);
    const isShared = guards.some(({ restores }) => restores === 'session');
    const shared = isShared ? this.#sessions.of(context, this.#environment().clock.now()) : undefined;
    if (shared !== undefined) this.#shared.add(shared);
    const vault = shared ?? new Vault();
    this.#vaults.set(context, vault);
    return vault;
  }
}

const nothing: Applied = { guards: [], injections: [], vendor: [] };

function byKind(items: readonly GuardItem[]): Applied {
  return {
    guards: items.filter(isGuard),
    injections: items.filter(isInjection),
    vendor: items.filter(isVendorGuard),
  };
}

function withVendorOptions(vendor: readonly VendorGuard[], request: AnyRequest): AnyRequest {
  if (!('messages' in request)) return request;
  let { providerOptions } = request;
  for (const { vendorOptions } of vendor)
    providerOptions = mergeOptions(vendorOptions, providerOptions ?? {});
  return { ...request, ...(providerOptions === undefined ? {} : { providerOptions }) };
}

/** The vendor's own verdict, where it reports one. */
function noteVendor(
  vendor: readonly VendorGuard[],
  context: RequestContext,
  { providerMetadata }: ChatResult,
): void {
  for (const { name, vendorOptions } of vendor)
    for (const provider of Object.keys(vendorOptions)) {
      const moderation = providerMetadata[provider]?.['moderation'];
      if (typeof moderation !== 'object' || moderation === null) continue;
      for (const [side, result] of Object.entries(moderation)) {
        const { flagged } = (result ?? {}) as { flagged?: unknown };
        if (typeof flagged !== 'boolean') continue;
        const direction = side === 'input' ? 'request' : 'answer';
        const verdict = flagged ? 'flagged' : 'ok';
        context.note({ plugin: pluginName, facts: { guard: name, stage: side, direction, verdict } });
      }
    }
}
