import type { Candidate } from '../../types/options/strategy.ts';
import type { Plugin, RequestContext } from '../../types/plugin.ts';
import type { Decision, SkippedTarget } from '../../types/result/decision.ts';

/** Why a target is excluded from a request. */
export interface Excluded {
  /** Shown in the decision trace. */
  readonly trace: Omit<SkippedTarget, 'target'>;
  /** The reason is temporary: the target can be waited for, or used as a last resort. */
  readonly passes: boolean;
  /** The error for the caller if no target is left. Default: `NoTargetError`. */
  readonly error?: (decision: Decision) => Error;
}

/** A plugin's reason to exclude a target; `undefined` if it has none. */
export type PluginExclude = (candidate: Candidate, context: RequestContext) => Excluded | undefined;

export function excludeWith(plugins: readonly Plugin[]): readonly PluginExclude[] | undefined {
  const excluding = plugins.filter(({ exclude }) => exclude !== undefined);
  return excluding.length === 0 ? undefined : excluding.map(ofPlugin);
}

function ofPlugin(plugin: Plugin): PluginExclude {
  return (candidate, context) => {
    const exclusion = plugin.exclude?.(candidate, context);
    if (exclusion === undefined) return undefined;
    const { error, ...trace } = exclusion;
    return {
      trace: { ...trace, plugin: plugin.name },
      passes: false,
      ...(error === undefined ? {} : { error: () => error }),
    };
  };
}
