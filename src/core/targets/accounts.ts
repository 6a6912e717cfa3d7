import { RequestError } from '../../errors.ts';
import type { CallOptions, HistoryOrigin } from '../../types/options/call-options.ts';
import type { ProviderCall } from '../../types/provider.ts';
import type { RouterContext } from '../context.ts';
import type { RouteFinder } from '../routes.ts';
import type { Channel, Target } from './target.ts';

/**
 * What an attempt does with signatures that no account has marked: they go to the account that the call names, otherwise to the
 * vendor's only account. Where the account is unknown (AI SDK models, injected clients), answers are not marked, so what is
 * unmarked may be its own.
 */
export function unmarkedAt(
  { provider }: Channel,
  { history, auth }: CallOptions,
  { several, findRoute }: Pick<RouterContext, 'several' | 'findRoute'>,
): ProviderCall['unmarked'] {
  const { name, account } = provider;
  const isCallers = auth?.[name]?.apiKey !== undefined;
  if (history === undefined)
    return isCallers || account === undefined || !several.has(name) ? undefined : 'leave-out';
  const isFrom = idsIn(history).some((id) => {
    const known = targetOf(id, findRoute)?.channels[0]?.provider;
    return known?.name === name && known.account === account;
  });
  return isFrom && !isCallers ? undefined : 'leave-out';
}

/** Checks that each target that a call's `history` names exists and has one account. */
export function checkHistory(history: HistoryOrigin, find: RouteFinder): void {
  for (const id of idsIn(history)) {
    const target = targetOf(id, find);
    if (target === undefined)
      throw new RequestError('options.history.from', `one of ${find.names.join(', ')}`, `'${id}'`);
    const accounts = new Set(target.channels.map(({ provider }) => provider.account));
    if (accounts.size > 1)
      throw new RequestError(
        'options.history.from',
        'a target with one account; if its keys belong to one, give its provider the option account',
        `'${id}'`,
      );
  }
}

function idsIn({ from }: HistoryOrigin): readonly string[] {
  return typeof from === 'string' ? [from] : from;
}

function targetOf(id: string, find: RouteFinder): Target | undefined {
  const target = find(id)?.targets[0];
  return target?.id === id ? target : undefined;
}
