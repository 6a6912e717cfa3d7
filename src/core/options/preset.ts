import type { CallOptions } from '../../types/options/call-options.ts';
import type { Accept } from '../../types/options/options.ts';
import { mergeDefined } from '../../util/merge-defined.ts';

/** The options of a call over preset ones: see `Router.with`. */
export function withPreset(preset: CallOptions, call: CallOptions): CallOptions {
  const { timeout, metadata, tags, accept, auth } = preset;
  return {
    ...mergeDefined(preset, call),
    ...(timeout === undefined ? {} : { timeout: mergeDefined(timeout, call.timeout) }),
    ...(metadata === undefined ? {} : { metadata: { ...metadata, ...call.metadata } }),
    ...(auth === undefined ? {} : { auth: { ...auth, ...call.auth } }),
    ...(tags === undefined ? {} : { tags: [...new Set([...tags, ...(call.tags ?? [])])] }),
    ...(accept === undefined || call.accept === undefined ? {} : { accept: both(accept, call.accept) }),
  };
}

function both(first: Accept, second: Accept): Accept {
  return async (result) => {
    const verdict = await first(result);
    return verdict === true ? second(result) : verdict;
  };
}
