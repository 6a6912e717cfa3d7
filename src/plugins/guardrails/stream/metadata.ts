import type { Awaitable, RequestContext } from '../../../types/plugin.ts';
import type { CustomPart, ProviderOptions } from '../../../types/request/message.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { Review } from '../../../types/transform.ts';
import { isPromise } from '../detectors/find.ts';
import type { Environment } from '../runner/environment.ts';
import { Verdicts } from '../runner/notes.ts';
import type { Blocked, Checking } from '../runner/run.ts';
import type { Guard } from '../types.ts';
import { checkPart, restorePart } from './parts.ts';

/** Tokens with their probabilities spell the text of an answer, in pieces that no guard can read. */
const tokens = new Set(['logprobs', 'logprobsResult']);

/**
 * Checks a vendor's metadata of an answer, such as the passages that search results support. Metadata that a guard blocks is
 * omitted, because the answer itself has passed.
 */
export function checkMetadata(
  result: ChatResult,
  guards: readonly Guard[],
  request: RequestContext,
  env: Environment,
): Awaitable<Review | undefined> {
  const reported = withoutTokens(result.providerMetadata);
  const finding = guards.filter(({ detector, mode }) => detector !== undefined && mode !== 'shadow');
  const verdicts = new Verdicts('answer');
  const checking: Checking = { env, request, direction: 'answer', verdicts };
  const part: CustomPart = { type: 'custom', kind: 'vendor.metadata', providerOptions: reported };
  const take = (checked: CustomPart | Blocked): Review | undefined => {
    if (checked !== part) verdicts.note(request, 0);
    const { providerOptions = {} } = 'guard' in checked ? {} : restorePart(checked, env.vaultOf(request));
    if (providerOptions === result.providerMetadata) return undefined;
    return { replace: { ...result, providerMetadata: providerOptions } };
  };
  const checked = checkPart(part, finding, checking);
  return isPromise(checked) ? checked.then(take) : take(checked);
}

function withoutTokens(metadata: ProviderOptions): ProviderOptions {
  const vendors = Object.entries(metadata);
  if (vendors.every(([, own]) => Object.keys(own).every((name) => !tokens.has(name)))) return metadata;
  return Object.fromEntries(
    vendors.map(([vendor, own]) => [
      vendor,
      Object.fromEntries(Object.entries(own).filter(([name]) => !tokens.has(name))),
    ]),
  );
}
