import { ConfigError } from '../../errors.ts';
import { checkKey, isMissing, missingKey } from '../../transport/credentials.ts';
import type { KeyLimits } from '../../types/options/limit.ts';
import type { Provider } from '../../types/provider.ts';
import { checkObject } from '../../util/option-check.ts';
import { takingOwnSignals } from '../../util/time/abort.ts';
import type { ClientOptions } from './client-options.ts';

/**
 * Creates a provider with one key, or one with several keys, calling `make` for each.
 *
 * @throws ConfigError naming the option, never showing a key
 */
export function withKeys<Name extends string, Options extends ClientOptions & { readonly client?: object }>(
  factory: string,
  options: Options,
  make: (options: Options) => Provider<Name>,
): Provider<Name> {
  const { keys } = options;
  const limits = checkLimits(`${factory}.limits`, options.limits);
  const limited = (provider: Provider<Name>): Provider<Name> =>
    ours(limits === undefined ? provider : { ...provider, limits });
  // A client of the application gets the signal itself.
  const ours = (provider: Provider<Name>): Provider<Name> =>
    options.client === undefined ? takingOwnSignals(provider) : provider;
  if (keys === undefined) return limited(make(options));
  const option = `${factory}.keys`;
  for (const other of ['apiKey', 'client'] as const) {
    if (options[other] !== undefined) throw new ConfigError(option, `either it or ${other}`, 'both');
  }
  if (!Array.isArray(keys)) throw new ConfigError(option, 'a list of API keys', typeof keys);
  const checked = keys.map((key, index) =>
    isMissing(key) ? undefined : checkKey(`${option}[${index}]`, key),
  );
  for (const [index, key] of checked.entries()) {
    if (key !== undefined && checked.indexOf(key) !== index)
      throw new ConfigError(`${option}[${index}]`, 'a key that is not already in the list', 'a duplicate');
  }
  // Without any, as in builds and tests, the first request looks for the vendor's variable.
  if (checked.every((key) => key === undefined))
    return limited(make({ ...options, keys: undefined, apiKey: '' }));
  const each = checked.map((key, index) => {
    const apiKey = key ?? missingKey(factory, `${option}[${index}]`);
    return limited(make({ ...options, keys: undefined, apiKey }));
  });
  const [first] = each;
  return ours({ ...(first as Provider<Name>), keys: each });
}

function checkLimits(option: string, limits: KeyLimits | undefined): KeyLimits | undefined {
  if (limits === undefined) return undefined;
  if (typeof limits !== 'object' || limits === null)
    throw new ConfigError(option, 'an object', String(limits));
  const names = ['concurrency', 'rpm', 'tpm'] as const;
  checkObject(option, limits, names);
  for (const name of names) {
    const value: unknown = limits[name];
    if (value === undefined || (typeof value === 'number' && value >= 1)) continue;
    throw new ConfigError(`${option}.${name}`, 'a number of at least 1', String(value));
  }
  return limits;
}
