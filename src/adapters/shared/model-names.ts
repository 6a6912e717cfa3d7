import { ConfigError } from '../../errors.ts';
import type { Router } from '../../types/router.ts';
import { didYouMean } from './did-you-mean.ts';
import { isModelOf } from './target-facts.ts';

/** Names that a client may use for a model, by route or target id. */
export type Aliases = Readonly<Record<string, string>>;

/** The possible meanings of a client's `model`. */
export interface ModelNames {
  /** Routes, targets and aliases. */
  readonly all: readonly string[];
  /** The route or target of a name; `undefined` if there is none, or several. */
  find(name: string): string | undefined;
  /** The error text for an unknown name. Does not repeat a name that could be something else, such as a prompt. */
  explain(name: string): string;
}

/** The default route. */
export const byDefault = 'default';

/**
 * Names of models: a route, a target id, an alias, `provider/model` of the router's `providers`, or the vendor's own name of a model
 * that exactly one target has.
 *
 * @throws ConfigError for an alias of nothing, or one that hides a route or target
 */
export function modelNames(option: string, router: Router, aliases: Aliases = {}): ModelNames {
  if (typeof aliases !== 'object' || aliases === null)
    throw new ConfigError(option, 'an object of route names or target ids by alias', String(aliases));
  const read = (): Known => {
    const targets = router.stats().map(({ id, model }) => ({ id, model }));
    const own = [...new Set([byDefault, ...Object.keys(router.routes), ...router.targets])];
    return { targets: targets.filter(({ id }) => own.includes(id)), own, ids: [...router.targets] };
  };
  let known = read();
  /** Targets can be added and removed. */
  const now = (): Known => {
    const { targets: ids } = router;
    const isSame = ids.length === known.ids.length && ids.every((id, at) => id === known.ids[at]);
    if (!isSame) known = read();
    return known;
  };
  for (const [alias, name] of Object.entries(aliases)) {
    if (known.own.includes(alias))
      throw new ConfigError(`${option}['${alias}']`, 'a name that is not a route or target', 'one that is');
    if (!known.own.includes(name) && !isModelOf(router, name))
      throw new ConfigError(`${option}['${alias}']`, `one of ${known.own.join(', ')}`, `'${name}'`);
  }
  const all = (): readonly string[] => [...now().own, ...Object.keys(aliases)];
  // The tiers of a target are variants of it: `ID#TIER`.
  const having = (model: string) => {
    const found = now().targets.filter((target) => target.model === model);
    return found.filter(({ id }) => !found.some((other) => id.startsWith(`${other.id}#`)));
  };
  return {
    get all() {
      return all();
    },
    find(name) {
      if (now().own.includes(name)) return name;
      if (Object.hasOwn(aliases, name)) return aliases[name];
      if (isModelOf(router, name)) return name;
      const [first, second] = having(name);
      return second === undefined ? first?.id : undefined;
    },
    explain(name) {
      const several = having(name).map(({ id }) => id);
      if (several.length > 1)
        return `the model '${name}' is several targets: ${several.join(', ')}; use one of these ids, a route, or an alias`;
      const isName = /^[\w./:@-]{1,100}$/.test(name);
      const shown = isName ? `'${name}'` : 'of that name';
      const models = now().targets.map(({ model }) => model);
      const there = [...all(), ...router.providers.map((provider) => `${provider}/…`)];
      return `there is no model, route or target ${shown}${isName ? didYouMean(name, [...all(), ...models]) : ''}; there are ${there.join(', ')}`;
    },
  };
}

interface Known {
  readonly targets: readonly { readonly id: string; readonly model: string }[];
  /** Routes and ids of targets. */
  readonly own: readonly string[];
  readonly ids: readonly string[];
}
