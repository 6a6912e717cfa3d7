import { check, checkObject, refuse, show } from '../../util/option-check.ts';
import { amount, oneOf, whole } from '../../util/shape.ts';

/** The limits of one key. Read by `keyLimits()`. */
export interface KeyLimits {
  /** US$ per calendar day, UTC. */
  readonly usdPerDay?: number;
  /** US$ per calendar month, UTC. */
  readonly usdPerMonth?: number;
  /** Requests in any minute. */
  readonly requestsPerMinute?: number;
  /** Requests at the same time. */
  readonly concurrency?: number;
}

/** The options of a new key. */
export interface KeyOptions {
  /** The tenant of all requests that come with the key. */
  readonly tenant: string;
  /** A name for people who manage keys. @default none */
  readonly name?: string;
  /** The user of all requests that come with the key. @default none */
  readonly user?: string;
  /** Tags that each of its requests gets. @default none */
  readonly tags?: readonly string[];
  /** Routes, targets and aliases that it may name as `model`. @default all */
  readonly models?: readonly string[];
  /** `admin` may also read the reports of `toFetch`. @default 'caller' */
  readonly role?: 'admin' | 'caller';
  /** The key's limits. Needs `keyLimits()` among the router's plugins. @default no limits */
  readonly limits?: KeyLimits;
  /** Milliseconds since 1970. @default never */
  readonly expiresAt?: number;
}

/** A key as it is stored. */
export interface KeyRecord extends KeyOptions {
  /** The public part of the token. */
  readonly id: string;
  /** SHA-256 of the token, in hexadecimal. */
  readonly digest: string;
  /** The key's role; see `KeyOptions.role`. */
  readonly role: 'admin' | 'caller';
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Whether it is refused. @default false */
  readonly disabled?: boolean;
}

const stored = ['id', 'digest', 'createdAt', 'disabled'];
const fields = ['tenant', 'name', 'user', 'tags', 'models', 'role', 'limits', 'expiresAt'];
const limitNames = ['usdPerDay', 'usdPerMonth', 'requestsPerMinute', 'concurrency'] as const;

/** Checks the options of a key. Throws `ConfigError`. */
export function checkKey(options: KeyOptions): KeyOptions & Pick<KeyRecord, 'role'> {
  checkObject('key', options, [...fields, ...stored]);
  const { tenant, name, user, tags, models, role = 'caller', limits, expiresAt } = options;
  if (typeof tenant !== 'string' || tenant === '') refuse('key.tenant', 'a name', show(tenant));
  for (const [path, text] of Object.entries({ name, user }))
    if (text !== undefined && typeof text !== 'string') refuse(`key.${path}`, 'a string', show(text));
  for (const [path, list] of Object.entries({ tags, models }))
    if (list !== undefined && !(Array.isArray(list) && list.every((each) => typeof each === 'string')))
      refuse(`key.${path}`, 'a list of strings', show(list));
  check('key.role', role, oneOf('admin', 'caller'));
  if (limits !== undefined) {
    const own = checkObject('key.limits', limits, limitNames);
    for (const limit of limitNames)
      check(`key.limits.${limit}`, own[limit], limit.startsWith('usd') ? amount : whole(0));
  }
  check('key.expiresAt', expiresAt, amount);
  const given = { name, user, tags, models, limits, expiresAt };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { tenant, role, ...set };
}
