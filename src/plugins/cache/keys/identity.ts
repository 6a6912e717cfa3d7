import type { PluginHost, RequestContext } from '../../../types/plugin.ts';
import type { Router } from '../../../types/router.ts';
import type { CacheCallOptions, Settings } from '../options.ts';
import type { Labels } from '../shelf/shelf.ts';
import { canonical } from './canonical.ts';

/** A group of requests that share entries: its form in the key, and its name. */
export interface Group {
  readonly key: readonly (string | null)[];
  readonly name: string;
}

/**
 * The group that shares the entries of a request; `undefined` if it has none. The kind of a group is part of its key, so names of
 * different kinds cannot collide.
 */
export function groupOf(
  context: RequestContext,
  scope: CacheCallOptions['scope'] | Settings['scope'],
): Group | undefined {
  const { tenant, user, options } = context;
  const { auth } = options;
  if (typeof scope === 'function') {
    const name = scope(context);
    return name === undefined ? undefined : { key: ['custom', name, headersOf(auth)], name };
  }
  if (scope === 'public') return { key: ['public', headersOf(auth)], name: 'public' };
  const account = auth === undefined ? null : (canonical(auth) ?? null);
  if (scope === 'user')
    return user === undefined ? undefined : { key: ['user', tenant ?? null, user, account], name: user };
  return tenant === undefined ? undefined : { key: ['tenant', tenant, account], name: tenant };
}

/** Headers of a call can change its answer, in every scope. */
function headersOf(auth: RequestContext['options']['auth']): string | null {
  if (auth === undefined) return null;
  const headers = Object.entries(auth).map(([provider, own]) => [provider, own.headers]);
  return canonical(Object.fromEntries(headers)) ?? null;
}

/** The part of a key for the possible targets: route, targets and their models. */
export type Answerers = (context: RequestContext) => readonly (string | readonly string[] | null)[];

/**
 * A model that is replaced under the same target id gets other keys, also in a store that outlives the process.
 */
export function answerersOf({ router, onBehalfOf }: Pick<PluginHost, 'router' | 'onBehalfOf'>): Answerers {
  let known: ReadonlyMap<string, string> | undefined;
  return (context) => {
    const { route, options } = context;
    const { only, history } = options;
    known ??= new Map(router.stats().map(({ id, provider, model }) => [id, `${provider}/${model}`]));
    const named = namedBy(options) ?? (route === undefined ? router.targets : targetsOf(router, route));
    const targets = only === undefined ? named : named.filter((id) => only.includes(id));
    const { tenant: _, user: _user, ...required } = onBehalfOf(context);
    const models = targets.map((id) => `${id}=${known?.get(id)}`);
    // A request's requirements also apply to the targets that made a stored answer.
    const isFree = Object.keys(required).length === 0 && history === undefined;
    return isFree ? [route ?? null, models] : [route ?? null, models, canonical([required, history]) ?? ''];
  };
}

/** The targets that a call names itself, in place of its route's. */
export function namedBy({ targets, model }: RequestContext['options']): readonly string[] | undefined {
  return targets ?? (model === undefined ? undefined : [model]);
}

function targetsOf({ routes, targets }: Router, route: string): readonly string[] {
  if (Object.hasOwn(routes, route)) return routes[route] ?? [];
  return route === 'default' ? targets : [route];
}

/** Version of the formats of keys and entries. */
const version = 3;

/** The text that two requests must have in common to share an answer; `undefined` for a request without such a form. */
export function identityOf(
  { operation, request }: { readonly operation: RequestContext['operation']; readonly request: object },
  group: Group,
  answerers: ReturnType<Answerers>,
): string | undefined {
  const kind = operation === 'stream' ? 'chat' : operation;
  return canonical([version, kind, group.key, answerers, request]);
}

export function labelsOf({ route = '', tags }: RequestContext, { name }: Group): Labels {
  return { scope: name, route, tags };
}
