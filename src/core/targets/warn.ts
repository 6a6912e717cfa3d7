import { isRouterError, type RouterError } from '../../errors.ts';

/**
 * Prints why a target is out of service, once per target and reason. For applications that listen to nothing: a rejected key would
 * otherwise move all traffic to other targets unnoticed. The vendor's message stays out of logs.
 *
 * @param printed what has been printed before
 */
export function warn(printed: Set<string>, target: string, error: RouterError): void {
  const isVendors = isRouterError(error, 'provider');
  const reason = `${target} ${isVendors ? error.kind : error.code}`;
  if (printed.has(reason)) return;
  printed.add(reason);
  const said = isVendors && error.vendorMessage !== undefined ? error.vendorMessage.length + 2 : 0;
  const what = error.message.slice(0, error.message.length - said);
  console.warn(
    `signalbox: ${target} is out of service: ${what}. Requests go to other targets, if there are any. (log: false hides this)`,
  );
}
