import type { CallOptions } from '../../types/options/options.ts';
import type { Router } from '../../types/router.ts';
import { type Caller, mayUse, overBody } from './caller.ts';
import { HttpError, invalid } from './errors.ts';
import type { Extension } from './shared/extension.ts';
import type { Demand } from './shared/protocol.ts';

/** What there is to be asked. */
export interface Directory {
  /** All that a caller may name as `model`. */
  modelsFor(caller: Caller): readonly { readonly id: string; readonly owner: string }[];
  /** The model behind a target, as its vendor names it. */
  modelOf(target: string): string;
  /** Options for a call of the router, but for its signal. Throws where model or demands cannot be met. */
  options(
    model: string,
    extension: Extension,
    demands: readonly Demand[],
    context: { readonly requestId: string; readonly caller: Caller },
  ): Omit<CallOptions, 'signal'>;
}

/** The name of the choice that the router makes by itself. */
const byDefault = 'default';

export function directory(router: Router): Directory {
  // Who they are does not change; their figures, which do, are not looked at.
  const targets = router.stats().map(({ id, provider, model }) => ({ id, provider, model }));
  const routes = [byDefault, ...Object.keys(router.routes).filter((name) => name !== byDefault)];
  const models = [
    ...routes.map((id) => ({ id, owner: 'signalbox' })),
    ...targets.filter(({ id }) => !routes.includes(id)).map(({ id, provider }) => ({ id, owner: provider })),
  ];
  const names = new Set(models.map(({ id }) => id));

  /** Targets of the route that can take all that is demanded. Without a name the router selects a route, and narrows them to it. */
  const only = (
    model: string,
    wanted: readonly string[] | undefined,
    demands: readonly Demand[],
  ): readonly string[] | undefined => {
    if (demands.length === 0) return wanted;
    const route = model === byDefault ? undefined : (router.routes[model] ?? [model]);
    const able = targets.filter(
      ({ id, provider }) =>
        demands.every(({ providers }) => providers.includes(provider)) &&
        (route === undefined || route.includes(id)) &&
        (wanted === undefined || wanted.includes(id)),
    );
    if (able.length > 0) return able.map(({ id }) => id);
    const fields = demands.map(({ field, providers }) => `${field} (${providers.join(', ')})`).join(', ');
    throw invalid(
      demands[0]?.field ?? 'model',
      `no target can take what only some vendors know: ${fields}. What is no more than a wish can stand in signalbox.providerOptions`,
      'unsupported_parameter',
    );
  };

  const targetsOf = (model: string): readonly string[] =>
    router.routes[model] ?? (model === byDefault ? router.targets : [model]);
  const isOpen = (model: string, caller: Caller): boolean =>
    targetsOf(model).some((target) => mayUse(caller, target));

  return {
    modelsFor: (caller) => models.filter(({ id }) => isOpen(id, caller)),
    modelOf: (target) => targets.find(({ id }) => id === target)?.model ?? target,
    options(model, extension = {}, demands, { requestId, caller }) {
      if (!names.has(model) || !isOpen(model, caller)) throw unknownModel(model);
      const { providerOptions: _wishes, only: asked, metadata, timeout, ...rest } = extension;
      const wanted =
        caller.only === undefined
          ? asked
          : (asked ?? targetsOf(model)).filter((target) => mayUse(caller, target));
      if (wanted?.length === 0) throw invalid('signalbox.only', 'expected targets that the token allows');
      const left = only(model, wanted, demands);
      const body = {
        ...defined(rest),
        ...(timeout === undefined ? {} : { timeout: defined(timeout) }),
        ...(model === byDefault ? {} : { route: model }),
        ...(left === undefined ? {} : { only: left }),
        metadata: { requestId, ...metadata },
      };
      return overBody(body, caller);
    },
  };
}

export function unknownModel(model: string): HttpError {
  const name = /^[\w./:@-]{1,100}$/.test(model) ? `'${model}'` : 'of that name';
  return new HttpError({
    status: 404,
    code: 'model_not_found',
    message: `there is no route or target ${name}; GET /v1/models lists them`,
    param: 'model',
  });
}

function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]: Exclude<T[K], undefined> };
}
