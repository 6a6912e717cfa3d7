import { ConfigError } from '../../errors.ts';
import { check, checkObject } from '../../util/option-check.ts';
import { count } from '../../util/shape.ts';
import type { Aliases } from '../shared/model-names.ts';
import type { IdentifyCaller } from './caller.ts';

/** The options of `toFetch`. */
export interface ToFetchOptions {
  /**
   * The token that callers send as `Authorization: Bearer …` or `x-api-key`, or a list of accepted tokens. If set, every call is
   * checked, including calls by an SDK in this process (the SDK's `apiKey`). A function identifies the caller instead and
   * returns call options for its requests, see `Caller`. `false` turns the check off, for servers that authenticate callers
   * themselves.
   *
   * @default calls with a URL, which SDKs in this process make, are accepted; calls with a `Request`, which servers make, are
   * refused with 401
   * @example
   * token: async (token) => {
   *   const account = await accounts.findByToken(token);
   *   return account && { tenant: account.id, metadata: { plan: account.plan } };
   * }
   */
  readonly token?: string | readonly string[] | IdentifyCaller | false;
  /** The maximum size of a request body, in bytes. Larger bodies are refused with 413. Default: 32 MiB. */
  readonly maxBodyBytes?: number;
  /**
   * Limits of `…/files` and `…/batches`. Batches and their files are kept in the router's store, so use one that survives the
   * process. `false` turns both off.
   *
   * @default {}
   */
  readonly batches?: BatchesOptions | false;
  /**
   * What callers with the role `admin` may read at `GET …/reports/<name>`. All others get 403.
   *
   * @default none
   * @example
   * reports: { budgets: () => router.budgets(), ledger: ledgerReport(usage) }
   */
  readonly reports?: Reports;
  /**
   * Names for `model` beside routes, target ids and the vendors' own names of models: the name that clients send, and the route or
   * target that answers.
   *
   * @example
   * aliases: { 'gpt-4o': 'default', 'text-embedding-ada-002': 'embeddings' }
   */
  readonly aliases?: Aliases;
}

/** Limits of `…/files` and `…/batches`. */
export interface BatchesOptions {
  /** Maximum bytes of one file; larger ones are refused with 413. @default 100 MiB */
  readonly maxFileBytes?: number;
  /** Maximum bytes of all files of a tenant, or of a token without one, until they expire or are deleted. @default 1 GiB */
  readonly maxStoredBytes?: number;
  /** Maximum requests of a batch. @default 50,000, as OpenAI */
  readonly maxRequests?: number;
}

/** Reports by name: functions of the parameters in the URL, whose result is sent as JSON. An error of the router has its own status. */
export type Reports = Readonly<Record<string, (parameters: URLSearchParams) => unknown>>;

/** The validated options with defaults applied. */
export interface Settings {
  readonly tokens: readonly string[];
  /** The function that identifies callers, in place of tokens. */
  readonly identify: IdentifyCaller | undefined;
  /** `true` if a call with a `Request` needs no token. */
  readonly open: boolean;
  readonly maxBodyBytes: number;
  readonly reports: ReadonlyMap<string, Reports[string]>;
  /** `undefined` if `/files` and `/batches` are off. */
  readonly batches: Required<BatchesOptions> | undefined;
}

const names = ['token', 'maxBodyBytes', 'batches', 'aliases', 'reports'];

export function checkOptions(options: ToFetchOptions): Settings {
  const { token, maxBodyBytes = 32 * 2 ** 20 } = checkObject('toFetch', options, names) as ToFetchOptions;
  check('toFetch.maxBodyBytes', maxBodyBytes, count);
  const reports = new Map(Object.entries(options.reports ?? {}));
  for (const [name, report] of reports)
    if (typeof report !== 'function')
      throw new ConfigError(`toFetch.reports.${name}`, 'a function', typeof report);
  const identify = typeof token === 'function' ? token : undefined;
  return {
    tokens: checkTokens(token),
    identify,
    open: token === false,
    maxBodyBytes,
    reports,
    batches: checkBatches(options.batches),
  };
}

// A token missing from the environment must not disable the check.
function checkTokens(token: ToFetchOptions['token'] | null): readonly string[] {
  if (token === undefined || token === false || typeof token === 'function') return [];
  const tokens: readonly unknown[] = typeof token === 'string' ? [token] : Array.isArray(token) ? token : [];
  const sound = tokens.filter((entry) => typeof entry === 'string' && /^[\x21-\x7e]+$/.test(entry));
  if (tokens.length > 0 && sound.length === tokens.length) return sound as readonly string[];
  throw new ConfigError(
    'toFetch.token',
    'a token of visible ASCII characters, a list of at least one, a function, or false',
    tokens.length === 0 ? (token === null ? 'null' : `a ${typeof token} without one`) : 'something else',
  );
}

const usualBatches: Required<BatchesOptions> = {
  maxFileBytes: 100 * 2 ** 20,
  maxStoredBytes: 2 ** 30,
  maxRequests: 50_000,
};

function checkBatches(given: BatchesOptions | false = {}): Required<BatchesOptions> | undefined {
  if (given === false) return undefined;
  const known = checkObject('toFetch.batches', given, Object.keys(usualBatches));
  for (const [name, value] of Object.entries(known)) check(`toFetch.batches.${name}`, value, count);
  return { ...usualBatches, ...given };
}
