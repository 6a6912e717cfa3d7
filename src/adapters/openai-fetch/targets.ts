import type { CallOptions } from '../../types/options/call-options.ts';
import type { Router } from '../../types/router.ts';
import { type Caller, mayUse, overBody } from './caller.ts';
import { HttpError, invalid } from './errors.ts';
import type { Extension } from './shared/extension.ts';
import type { Demand } from './shared/protocol.ts';

/** The models that callers can name. */
export interface Directory {
  /** The values of `model` that a caller may use. */
  modelsFor(caller: Caller): readonly { readonly id: string; readonly owner: string }[];
  /** The vendor's name for a target's model. */
  modelOf(target: string): string;
  /** Call options for the router, without the signal. Throws if the model is unknown or no target meets the demands. */
  options(
    model: string,
    extension: Extension,
    demands: readonly Demand[],
    context: { readonly requestId: string; readonly caller: Caller },
  ): Omit<CallOptions, 'signal'>;
}

/** The model name that leaves the choice to the router. */
const byDefault = 'default';

export function directory(router: Router): Directory {
  // The set of targets is fixed; only their statistics change, and they are not used here.
  const targets = router.stats().map(({ id, provider, model }) => ({ id, provider, model }));
  const routes = [byDefault, ...Object.keys(router.routes).filter((name) => name !== byDefault)];
  const models = [
    ...routes.map((id) => ({ id, owner: 'signalbox' })),
    ...targets.filter(({ id }) => !routes.includes(id)).map(({ id, provider }) => ({ id, owner: provider })),
  ];
  const names = new Set(models.map(({ id }) => id));

  /** Targets that meet all demands. Without a route name the router selects the route later and intersects the targets with it. */
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
      `no target supports the vendor-specific fields ${fields}. Put optional ones in signalbox.providerOptions`,
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
    message: `unknown route or target ${name}; GET /v1/models lists them`,
    param: 'model',
  });
}

function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]: Exclude<T[K], undefined> };
}
