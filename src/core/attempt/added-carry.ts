import { batchItem, type Deferral } from '../../types/batch/batch.ts';
import type { CallOptions } from '../../types/options/call-options.ts';
import type { TargetSettings } from '../../types/options/options.ts';
import type { CallContext } from '../../types/provider.ts';
import { compact } from '../../util/json.ts';
import { mergeOptions } from '../../util/merge.ts';
import type { RequestState } from '../request.ts';
import { unmarkedAt } from '../targets/accounts.ts';
import type { Channel, Target } from '../targets/target.ts';

/** What options of the call, the route, the target and the router add to what a provider receives. */
export function addedCarry(request: RequestState, channel: Channel): Partial<CallContext> {
  const { env, options } = request;
  const { target } = channel;
  const auth = options.auth?.[target.provider.name];
  const deferral = target.deferred ? deferralOf(options) : undefined;
  const unmarked =
    options.history === undefined && env.several.size === 0 ? undefined : unmarkedAt(channel, options, env);
  return { ...compact({ errors: env.errors, auth, deferral, unmarked }), ...settingsOf(request, target) };
}

/** How long a call may wait for a batch. */
function deferralOf({ window = 0, deadline = Number.POSITIVE_INFINITY, metadata }: CallOptions): Deferral {
  const item = (metadata as { readonly [batchItem]?: string } | undefined)?.[batchItem];
  return { window, deadline, item };
}

/** The settings that route and target put in place of the request's; `undefined` removes one. */
function settingsOf(
  { route, operation, request }: RequestState,
  { settings }: Target,
): TargetSettings & Pick<CallContext, 'replaced'> {
  if (operation.workload !== 'chat') return {};
  const own = { ...route.settings, ...settings };
  const replaced = Object.keys(own);
  if (replaced.length === 0) return {};
  const { providerOptions } = own;
  if (providerOptions === undefined) return { ...own, replaced };
  return { ...own, replaced, providerOptions: mergeOptions(request.providerOptions, providerOptions) };
}
