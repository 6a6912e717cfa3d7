/**
 * Keeps requests on targets that meet requirements on data: where it is processed, how long it is kept.
 *
 * @module data-policy
 */
import type { CallOptions } from '../../types/options/call-options.ts';
import type { Plugin, RequestContext } from '../../types/plugin.ts';
import { checkObject, refuse, show } from '../../util/option-check.ts';

declare module 'signalbox' {
  interface CallOptions<TargetId extends string = string, RouteName extends string = string> {
    /** Tags that a target must have to get this call, in addition to those of `dataPolicy()`. */
    readonly dataPolicy?: readonly string[];
  }
}

/** The options of `dataPolicy`. All requirements that match a request apply. */
export interface DataPolicyOptions {
  /** Tags that every target must have, for all requests. @default none */
  readonly require?: readonly string[];
  /** Additional tags for the requests of a tenant. */
  readonly tenants?: Readonly<Record<string, readonly string[]>>;
  /** Additional tags for the requests of a route. */
  readonly routes?: Readonly<Record<string, readonly string[]>>;
  /** Additional tags for a request. */
  readonly requireFor?: (context: RequestContext) => readonly string[] | undefined;
}

/**
 * Excludes targets that lack a required tag, whatever sends the request: the first choice, failover, a hedge, a mirror, or a
 * plugin on its behalf, such as a guard that asks a model. Cached answers also come only from targets that qualify. A call adds
 * requirements with its option `dataPolicy`; it cannot remove any. If no target is left, the call rejects with `NoTargetError`,
 * and `decision.skipped` names the missing tags.
 *
 * @throws ConfigError for invalid options
 * @example
 * const router = createRouter({
 *   targets: [
 *     { provider: openai(), model: 'gpt-5-mini' },
 *     { provider: openaiCompatible({ … }), model: 'm', tags: ['eu', 'zero-data-retention'] },
 *   ],
 *   plugins: [dataPolicy({ tenants: { acme: ['eu', 'zero-data-retention'] } })],
 * });
 * await router.chat({ prompt }, { tenant: 'acme' });
 */
export function dataPolicy(options: DataPolicyOptions = {}): Plugin {
  const { require = [], tenants, routes, requireFor } = checkOptions(options);
  // Without a prototype, since tenants may have any name.
  const byTenant = lookup(tenants);
  const byRoute = lookup(routes);

  const ofAnyRoute = [...new Set(Object.values(routes ?? {}).flat())];

  const requirements = (context: RequestContext): ReadonlySet<string> => {
    const { tenant, route } = context;
    const own: CallOptions & { readonly dataPolicy?: readonly string[] } = context.options;
    return new Set([
      ...require,
      ...((tenant === undefined ? undefined : byTenant[tenant]) ?? []),
      ...((route === undefined ? undefined : byRoute[route]) ?? []),
      ...(requireFor?.(context) ?? []),
      ...(own.dataPolicy ?? []),
    ]);
  };

  return {
    name: 'data-policy',
    callOptions: {
      dataPolicy: {
        check: (value) => (isTags(value) ? undefined : 'a list of tags'),
        merge: (preset, call) => [...new Set([...tagsOf(preset), ...tagsOf(call)])],
      },
    },
    inherited(context) {
      // Before `select` has chosen the route, it may be any of them.
      const tags = new Set([...requirements(context), ...(context.route === undefined ? ofAnyRoute : [])]);
      return tags.size === 0 ? {} : { dataPolicy: [...tags].toSorted() };
    },
    exclude({ target }, context) {
      const missing = [...requirements(context)].filter((tag) => !target.tags.includes(tag));
      if (missing.length === 0) return undefined;
      return { reason: 'excluded', detail: `it lacks ${missing.join(', ')}` };
    },
  };
}

function checkOptions(options: DataPolicyOptions): DataPolicyOptions {
  checkObject('dataPolicy()', options, ['require', 'tenants', 'routes', 'requireFor']);
  const { require, tenants, routes, requireFor } = options;
  if (require !== undefined && !isTags(require))
    refuse('dataPolicy().require', 'a list of tags', show(require));
  for (const [name, lists] of Object.entries({ tenants, routes })) {
    if (lists === undefined) continue;
    checkObject(`dataPolicy().${name}`, lists, Object.keys(lists));
    for (const [key, tags] of Object.entries(lists))
      if (!isTags(tags)) refuse(`dataPolicy().${name}.${key}`, 'a list of tags', show(tags));
  }
  if (requireFor !== undefined && typeof requireFor !== 'function')
    refuse('dataPolicy().requireFor', 'a function', show(requireFor));
  return options;
}

function lookup(
  lists: Readonly<Record<string, readonly string[]>> = {},
): Readonly<Record<string, readonly string[]>> {
  return Object.assign(Object.create(null), lists);
}

function isTags(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((tag) => typeof tag === 'string' && tag !== '');
}

function tagsOf(value: unknown): readonly string[] {
  return isTags(value) ? value : [];
}
