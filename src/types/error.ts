/**
 * Which error it is:
 *
 * | code | class | meaning |
 * |---|---|---|
 * | `config` | `ConfigError` | an option of `createRouter` or of a provider is wrong |
 * | `request` | `RequestError` | the request or its options are wrong; nothing was sent |
 * | `provider` | `ProviderError` | one attempt failed, and no other target would do better |
 * | `all-targets-failed` | `AllTargetsFailedError` | every target that could be tried failed |
 * | `no-target` | `NoTargetError` | no target could be tried |
 * | `stream-interrupted` | `StreamInterruptedError` | a stream broke after its first token |
 * | `deadline` | `DeadlineError` | the request's own time is over |
 * | `budget` | `BudgetError` | every target would cost more than `maxCost` |
 * | `output` | `OutputError` | the answer does not match the request's `schema` |
 * | `refused` | `RefusedError` | a plugin refused the request |
 * | `plugin` | `PluginError` | a plugin that has to pass the request took too long |
 * | `closed` | `RouterError` | the router has been closed |
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
  | 'closed';

/**
 * What went wrong with one attempt, in words that decide what to do next.
 *
 * | kind | meaning |
 * |---|---|
 * | `rate-limit` | too many requests or tokens for now; the target is well |
 * | `quota` | credit, spend or plan is used up; will not pass by waiting a moment |
 * | `overloaded` | the vendor has no capacity for this model (503, 529) |
 * | `server` | the vendor broke (5xx) |
 * | `network` | no or broken connection |
 * | `timeout` | one of this attempt's timers ended it |
 * | `auth` | the key is missing, wrong or not allowed |
 * | `not-found` | no such model or deployment |
 * | `bad-request` | the vendor refuses the request as it is; others would too |
 * | `context-length` | too much input for this model |
 * | `content-filter` | withheld by policy |
 * | `malformed` | an answer that has not the shape it should have |
 * | `truncated` | an answer that stopped before its end |
 * | `aborted` | ended by the caller or the router |
 * | `unknown` | none of these |
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
 * Which of a vendor's limits a refusal was about, where it can be told.
 *
 * | limit | meaning |
 * |---|---|
 * | `requests` | requests in a short time, or at one time |
 * | `tokens` | tokens in a short time |
 * | `daily` | requests or tokens in a day |
 * | `ramp` | no limit as such: the traffic grew too fast |
 * | `credit` | money: prepaid credit, or a cap on spending |
 */
export type HitLimit = 'requests' | 'tokens' | 'daily' | 'ramp' | 'credit';

/** A failure on which a route can go on: an error's kind, or an answer that does not match the request's schema. */
export type FallbackKind = ProviderErrorKind | 'output';

/**
 * What the failure says about others: every model of this key, this one deployment, the whole endpoint, or only this request.
 *
 * An error of the kind `bad-request`, `context-length` or `content-filter` is the request's, whatever its scope: `key` where another
 * account may have what the request names, `deployment` where another model may take it. Of the kinds `auth` and `not-found`,
 * `request` is where the vendor does not say what it refuses: that counts once it has come for a request that differs.
 */
export type ProviderErrorScope = 'key' | 'deployment' | 'endpoint' | 'request';

/** Where a plugin's method is called: by the method's name; `background` for what it does by itself. */
export type PluginStation =
  | 'install'
  | 'inspect'
  | 'lookup'
  | 'exclude'
  | 'reserve'
  | 'transform'
  | 'review'
  | 'observe'
  | 'background';
