import { RequestError } from '../../errors.ts';
import type { Provider } from '../../types/provider.ts';
import type { RouterContext } from '../context.ts';
import type { Route } from '../routes.ts';
import { tiersOf } from '../targets/tiers.ts';
import { addMeasured, countAccounts, forget, mutable } from './roster.ts';

/**
 * Models in use at a time that no target declares. Names can come from users, so the least recently used ones are dropped, with
 * what is known of them.
 */
const mostModels = 256;

const nameForm = /^[\x21-\x7e]{1,200}$/;

/** Makes the targets of models that calls name as `provider/model`, when they are first named. */
export function findModels(env: RouterContext, providers: readonly Provider[]): void {
  const { table } = env.findRoute;
  // A map iterates in the order of insertion.
  const routes = new Map<string, Route>();
  const create = (id: string): Route | undefined => {
    const slash = id.indexOf('/');
    const provider = providers.find(({ name }) => name === id.slice(0, slash));
    if (slash < 0 || provider === undefined) return undefined;
    const [model, tier] = tierIn(provider, id.slice(slash + 1));
    if (!nameForm.test(model))
      throw new RequestError('options.model', 'the name of a model after the slash', 'something else');
    const [target] = env.createTargets({ provider, model, id: `${provider.name}/${model}`, tiers: [tier] });
    if (target === undefined) return undefined;
    return addMeasured(env, id, target);
  };
  const evict = (): void => {
    for (const [id, { targets }] of routes) {
      if (routes.size <= mostModels) break;
      const [target] = targets;
      if (target === undefined || isInUse(target.id)) continue;
      routes.delete(id);
      mutable(env.targets).splice(env.targets.indexOf(target), 1);
      forget(env, target);
    }
  };
  const isInUse = (id: string): boolean =>
    env.targets.some((target) => target.id === id && target.limits.places.taken > 0);
  table.names.push(...providers.map(({ name }) => `${name}/…`));
  table.models = (id) => {
    let route = routes.get(id);
    if (route === undefined) {
      route = create(id);
      if (route === undefined) return undefined;
      countAccounts(env);
    }
    routes.delete(id);
    routes.set(id, route);
    if (routes.size > mostModels) evict();
    return route;
  };
}

/** A model and the tier after `#`, if the provider has one of that name. */
function tierIn(provider: Provider, name: string): readonly [model: string, tier: string] {
  const hash = name.lastIndexOf('#');
  const tier = name.slice(hash + 1);
  return hash > 0 && tiersOf(provider).includes(tier) ? [name.slice(0, hash), tier] : [name, 'standard'];
}
