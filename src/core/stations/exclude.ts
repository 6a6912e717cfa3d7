import type { Candidate } from '../../types/options/strategy.ts';
import type { Plugin, RequestContext } from '../../types/plugin.ts';
import type { Decision, SkippedTarget } from '../../types/result/decision.ts';

/** Why a target does not get a request. */
export interface Excluded {
  /** For the decision trace. */
  readonly trace: Omit<SkippedTarget, 'target'>;
  /** The reason passes, so the target can be waited for, or used where nothing else is left. */
  readonly passes: boolean;
  /** What the caller gets where no target is left. Default: `NoTargetError`. */
  readonly error?: (decision: Decision) => Error;
}

/** A plugin's reason to leave a target out; `undefined` where it has none. */
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
