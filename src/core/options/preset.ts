import type { CallOptions } from '../../types/options/call-options.ts';
import type { Accept } from '../../types/options/options.ts';
import { mergeDefined } from '../../util/merge.ts';
import type { AddedOptions } from './call-options.ts';

/** Preset options, overridden by those of a call: see `Router.with`. */
export function withPreset(preset: CallOptions, call: CallOptions, added: AddedOptions): CallOptions {
  const { timeout, metadata, tags, accept, auth } = preset;
  return {
    ...mergeDefined(preset, call),
    ...(timeout === undefined ? {} : { timeout: mergeDefined(timeout, call.timeout) }),
    ...(metadata === undefined ? {} : { metadata: { ...metadata, ...call.metadata } }),
    ...(auth === undefined ? {} : { auth: { ...auth, ...call.auth } }),
    ...(tags === undefined ? {} : { tags: [...new Set([...tags, ...(call.tags ?? [])])] }),
    ...(accept === undefined || call.accept === undefined ? {} : { accept: both(accept, call.accept) }),
    ...(added === undefined ? {} : mergeAdded(preset as Values, call as Values, added)),
  };
}

type Values = Readonly<Record<string, unknown>>;

/** The options of plugins that both set and the plugin combines. */
function mergeAdded(preset: Values, call: Values, added: NonNullable<AddedOptions>): Values {
  const merged: Record<string, unknown> = {};
  for (const [name, { merge }] of added)
    if (merge !== undefined && preset[name] !== undefined && call[name] !== undefined)
      merged[name] = merge(preset[name], call[name]);
  return merged;
}

function both(first: Accept, second: Accept): Accept {
  return async (result) => {
    const verdict = await first(result);
    return verdict === true ? second(result) : verdict;
  };
}
