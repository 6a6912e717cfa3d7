/**
 * Identifies the class of an error.
 *
 * | code | class | meaning |
 * |---|---|---|
 * | `config` | `ConfigError` | an option of `createRouter` or of a provider is invalid |
 * | `request` | `RequestError` | the request or its call options are invalid; nothing was sent |
 * | `provider` | `ProviderError` | an attempt failed in a way that failover cannot fix |
 * | `all-targets-failed` | `AllTargetsFailedError` | every target that was tried failed |
 * | `no-target` | `NoTargetError` | no target was available |
 * | `stream-interrupted` | `StreamInterruptedError` | a stream broke after its first token |
 * | `deadline` | `DeadlineError` | the request ran out of time |
 * | `cost-limit` | `CostLimitError` | the estimated cost of every target exceeds `maxCost` |
 * | `output` | `OutputError` | the response was rejected by the request's `schema`, `accept` or a plugin |
 * | `refused` | `RefusedError` | a plugin refused the request |
 * | `plugin` | `PluginError` | a plugin exceeded its timeout |
 * | `budget` | `BudgetError` | a budget or quota is used up, or too little of it is left |
 * | `store` | `StoreError` | a store did not answer in time |
 * | `closed` | `RouterError` | the router is closed |
 * | `not-loaded` | `RouterError` | a file of signalbox could not be loaded; nothing was sent |
 */
export type RouterErrorCode =
  | 'config'
  | 'request'
  | 'provider'
  | 'all-targets-failed'
  | 'no-target'
  | 'stream-interrupted'
  | 'deadline'
  | 'cost-limit'
  | 'output'
  | 'refused'
  | 'plugin'
  | 'budget'
  | 'store'
  | 'closed'
  | 'not-loaded';

/**
 * Why an attempt failed. The kind determines what the router does next.
 *
 * | kind | meaning |
 * |---|---|
 * | `rate-limit` | too many requests or tokens right now; the target is healthy |
 * | `quota` | credit, spending limit or plan is exhausted; waiting briefly does not help |
 * | `overloaded` | the vendor has no capacity for this model (503, 529) |
 * | `server` | the vendor failed (5xx) |
 * | `network` | the connection failed or broke |
 * | `timeout` | one of the attempt's timeouts expired |
 * | `auth` | the key is missing, invalid or lacks permission |
 * | `not-found` | no such model or deployment |
 * | `bad-request` | the vendor rejected the request; other targets would too |
 * | `context-length` | the input is too long for this model |
 * | `content-filter` | the vendor's content policy blocked the request or response |
 * | `malformed` | the response does not have the expected format |
 * | `truncated` | the response ended without a terminal event |
 * | `aborted` | the caller or the router canceled the attempt |
 * | `unknown` | none of the above |
 */
export type ProviderErrorKind =
  | 'rate-limit'
  | 'quota'
  | 'overloaded'
  | 'server'
  | 'network'
  | 'timeout'
  | 'auth'
  | 'not-found'
  | 'bad-request'
  | 'context-length'
  | 'content-filter'
  | 'malformed'
  | 'truncated'
  | 'aborted'
  | 'unknown';

/**
 * Which of a vendor's limits was exceeded, if known.
 *
 * | limit | meaning |
 * |---|---|
 * | `requests` | requests per short period |
 * | `concurrency` | concurrent requests |
 * | `tokens` | tokens per short period |
 * | `daily` | requests or tokens per day |
 * | `ramp` | traffic increased too quickly; no fixed limit |
 * | `credit` | prepaid credit or a spending cap |
 */
export type HitLimit = 'requests' | 'concurrency' | 'tokens' | 'daily' | 'ramp' | 'credit';

/**
 * A failure that a route can fail over on: an error kind, `output` for a response that fails the schema, or
 * `guard` for a response that a plugin withheld.
 */
export type FallbackKind = ProviderErrorKind | 'output' | 'guard';

/** A failure, as `fallbackOn` sees it. */
export interface FallbackFailure {
  /** What failed, in one word. */
  readonly kind: FallbackKind;
  /** Omitted for `output` and `guard`. */
  readonly provider?: string;
  /** The HTTP status, if the vendor answered. */
  readonly status?: number;
  /** The vendor's error code. */
  readonly code?: string;
  /** The field of the request that the vendor rejects. */
  readonly param?: string;
}

/**
 * Failures on which a route fails over, beyond or instead of the usual: kinds, with a leading `!` for those that return to the caller
 * at once; or a function that returns `true` to fail over, `false` to return the failure, and `undefined` for the usual.
 *
 * @example
 * fallbackOn: ['bad-request', '!rate-limit']
 * @example
 * fallbackOn: ({ kind, code }) => (kind === 'bad-request' && code === 'model_overloaded' ? true : undefined)
 */
export type FallbackOn =
  | readonly (FallbackKind | `!${FallbackKind}`)[]
  | ((failure: FallbackFailure) => boolean | undefined);

/**
 * What a failure affects: all models of the key, one deployment, the whole endpoint, or only this request.
 *
 * Errors of the kinds `bad-request`, `context-length` and `content-filter` are always caused by the request.
 * For these, `key` means that another account may have the resource that the request names, and `deployment`
 * means that another model may accept the request. For the kinds `auth` and `not-found`, `request` means that
 * the vendor does not specify what it rejected; the target counts as misconfigured only once a different
 * request fails the same way.
 */
export type ProviderErrorScope = 'key' | 'deployment' | 'endpoint' | 'request';

/** The plugin method in which an error occurred. `background` is work that the plugin does on its own. */
export type PluginStation =
  | 'install'
  | 'inspect'
  | 'routed'
  | 'lookup'
  | 'exclude'
  | 'reserve'
  | 'transform'
  | 'review'
  | 'observe'
  | 'background';
