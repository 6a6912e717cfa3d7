import type { RequestContext } from '../../types/plugin.ts';
import type { RouterContext } from '../context.ts';
import { RequestState } from '../request.ts';
import { sendShadow } from '../shadow.ts';
import { RequestView } from '../stations/request-view.ts';

/** `PluginHost.shadow`. */
export function shadow(env: RouterContext, context: RequestContext, id: string, onEnd: () => void): void {
  const target = env.targets.find((each) => each.id === id);
  const request = RequestView.behind(context);
  if (target === undefined || !(request instanceof RequestState)) onEnd();
  else void sendShadow(request, target, onEnd);
}

/** `PluginHost.hold`. */
export function hold(context: RequestContext): (() => void) | undefined {
  const request = RequestView.behind(context);
  const isHeld = request instanceof RequestState && request.isUnderWay;
  return isHeld ? request.holding?.hold() : undefined;
}
