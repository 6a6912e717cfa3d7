import type { Clock } from '../../../types/clock.ts';
import type { PluginHost, RequestContext } from '../../../types/plugin.ts';
import type { Router } from '../../../types/router.ts';
import type { Vault } from '../redaction/vault.ts';
import type { GuardContext } from '../types.ts';
import type { Place } from './texts.ts';

/** The state that guards share: one per router. */
export interface Environment {
  readonly clock: Clock;
  readonly router: Router;
  readonly onBehalfOf: PluginHost['onBehalfOf'];
  /** Requests of guards themselves. */
  readonly unguarded: WeakSet<object>;
  /** The values behind the placeholders of a request. */
  vaultOf(context: RequestContext): Vault;
}

export function contextOf(
  env: Environment,
  request: RequestContext,
  direction: GuardContext['direction'],
  { stage, role, part }: Place,
): Omit<GuardContext, 'signal'> {
  return {
    stage,
    direction,
    role,
    part,
    request,
    router: env.router,
    unguarded(own) {
      env.unguarded.add(own);
      return own;
    },
    onBehalf: () => env.onBehalfOf(request),
    now: () => env.clock.date(),
  };
}
