import type { CallOptions } from '../../types/options/call-options.ts';
import type { Router } from '../../types/router.ts';
import { batchTiersOf } from '../shared/batches/tiers.ts';
import { type Aliases, byDefault, modelNames } from '../shared/model-names.ts';
import { targetFacts } from '../shared/target-facts.ts';
import { type Caller, mayName, mayUse, overBody } from './caller.ts';
import { HttpError, invalid } from './errors.ts';
import type { Extension } from './shared/extension.ts';
import type { Demand } from './shared/protocol.ts';

/** The caller and kind of a request for which call options are made. */
export interface RequestOf {
  readonly requestId: string;
  readonly caller: Caller;
  /** Whether a batch may answer it: then a target includes its tier `batch`, if it has one. */
  readonly isBatch?: boolean;
}

/** The models that callers can name. */
export interface Directory {
  /** The error text for an unknown model name. */
  explain(model: string): string;
  /** The values of `model` that a caller may use. */
  modelsFor(caller: Caller): readonly { readonly id: string; readonly owner: string }[];
  /** The vendor's name for a target's model. */
  modelOf(target: string): string;
  /** Call options for the router, without the signal. Throws if the model is unknown or no target meets the demands. */
  options(
    model: string,
    extension: Extension,
    demands: readonly Demand[],
    context: RequestOf,
  ): Omit<CallOptions, 'signal'>;
}

export function directory(router: Router, aliases?: Aliases): Directory {
  const names = modelNames('toFetch.aliases', router, aliases);
  const facts = targetFacts(router);

  /** Targets that meet all demands. Without a route name the router selects the route later and intersects the targets with it. */
  const only = (
    wanted: readonly string[] | undefined,
    demands: readonly Demand[],
    route: readonly string[] | undefined,
  ): readonly string[] | undefined => {
    if (demands.length === 0) return wanted;
    const able = (route ?? router.targets).filter((id) => {
      const provider = facts(id)?.provider ?? id.slice(0, id.indexOf('/')); // a model that no call has named yet
      return (
        demands.every(({ providers }) => providers.includes(provider)) &&
        (wanted === undefined || wanted.includes(id))
      );
    });
    if (able.length > 0) return able;
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
    modelsFor: (caller) =>
      names.all
        .filter((id) => mayName(caller, id) && isOpen(names.find(id) ?? id, caller))
        .map((id) => ({ id, owner: facts(id)?.provider ?? 'signalbox' })),
    explain: names.explain,
    modelOf: (target) => facts(target)?.model ?? target,
    options(asked, extension = {}, demands, { requestId, caller, isBatch = false }) {
      const model = names.find(asked);
      if (model === undefined) throw unknownModel(names.explain(asked));
      if (!mayName(caller, asked) || !isOpen(model, caller))
        throw unknownModel('the token does not allow this model');
      const { providerOptions: _wishes, only: allowed, targets, metadata, timeout, ...rest } = extension;
      const tiers = isBatch && targets === undefined ? batchTiersOf(router, model) : undefined;
      const listed = (targets ?? tiers)?.filter((target) => mayUse(caller, target));
      if (listed?.length === 0) throw invalid('signalbox.targets', 'expected targets that the token allows');
      const wanted =
        caller.only === undefined || listed !== undefined
          ? allowed
          : (allowed ?? targetsOf(model)).filter((target) => mayUse(caller, target));
      if (wanted?.length === 0) throw invalid('signalbox.only', 'expected targets that the token allows');
      const known = model === byDefault ? undefined : targetsOf(model);
      const left = only(wanted, demands, listed ?? known);
      const body = {
        ...defined(rest),
        ...(timeout === undefined ? {} : { timeout: defined(timeout) }),
        ...(model === byDefault || tiers !== undefined ? {} : { route: model }),
        ...(left === undefined ? {} : { only: left }),
        ...(listed === undefined ? {} : { targets: listed }),
        metadata: { requestId, ...metadata },
      };
      return overBody(body, caller);
    },
  };
}

export function unknownModel(message: string): HttpError {
  return new HttpError({ status: 404, code: 'model_not_found', message, param: 'model' });
}

function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]: Exclude<T[K], undefined> };
}
