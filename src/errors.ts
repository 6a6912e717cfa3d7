import type {
  HitLimit,
  PluginStation,
  ProviderErrorKind,
  ProviderErrorScope,
  RouterErrorCode,
} from './types/error.ts';
import type { ContentPart } from './types/request/message.ts';
import type { Decision, SkippedTarget } from './types/result/decision.ts';
import type { AttemptSummary } from './types/result/result.ts';
import type { Usage } from './types/result/usage.ts';

// A registered symbol, so that the guards hold across two copies of the package.
const brand = Symbol.for('signalbox.error');

/** The base of every error that signalbox throws. None of them holds a key, a prompt or a header. */
export class RouterError extends Error {
  readonly code: RouterErrorCode;

  constructor(code: RouterErrorCode, message: string) {
    super(message);
    this.name = 'RouterError';
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * Whether `error` came from signalbox, from this copy of the package or another. With a code: whether it is that error.
 *
 * @example
 * catch (error) {
 *   if (isRouterError(error, 'no-target')) retryAt(error.retryAt);
 * }
 */
export function isRouterError(error: unknown): error is RouterError;
export function isRouterError<C extends keyof ErrorOfCode>(error: unknown, code: C): error is ErrorOfCode[C];
export function isRouterError(error: unknown, code?: RouterErrorCode): boolean {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false;
  return code === undefined || (error as { code?: unknown }).code === code;
}

/** The error class of each code. */
export interface ErrorOfCode {
  config: ConfigError;
  request: RequestError;
  provider: ProviderError;
  'all-targets-failed': AllTargetsFailedError;
  'no-target': NoTargetError;
  'stream-interrupted': StreamInterruptedError;
  deadline: DeadlineError;
  'cost-limit': CostLimitError;
  output: OutputError;
  refused: RefusedError;
  plugin: PluginError;
  closed: RouterError;
}

/** An option is wrong. Thrown where the option is given, before anything is sent. */
export class ConfigError extends RouterError {
  /** The path of the option, such as `targets[1].model`. */
  readonly option: string;

  /** `got` must be fit to be seen: describe a secret, never pass it. */
  constructor(option: string, expected: string, got: string) {
    super('config', `${option}: expected ${expected}, got ${got}`);
    this.name = 'ConfigError';
    this.option = option;
  }
}

/** The request or its call options are wrong. Nothing was sent. */
export class RequestError extends RouterError {
  /** The path of the field, such as `messages[2].content`. */
  readonly field: string;

  constructor(field: string, expected: string, got: string) {
    super('request', `${field}: expected ${expected}, got ${got}`);
    this.name = 'RequestError';
    this.field = field;
  }
}

/** What a `ProviderError` is made of. */
export interface ProviderErrorInit {
  readonly kind: ProviderErrorKind;
  /** The provider's name. Default: `provider`. */
  readonly provider?: string | undefined;
  /** HTTP status, where there was one; for an error inside a stream the status it stands for. */
  readonly status?: number | undefined;
  /** The vendor's error code or type, or the code of a network error (`ECONNRESET`). */
  readonly code?: string | undefined;
  /** Which of the vendor's limits was hit, where it can be told. */
  readonly limit?: HitLimit | undefined;
  /** Milliseconds after which the vendor wants to be asked again. */
  readonly retryAfter?: number | undefined;
  /** The same as a point in time: milliseconds since 1970. `retryAfter` wins. */
  readonly retryAt?: number | undefined;
  /** The vendor's id of the request. */
  readonly requestId?: string | undefined;
  /** Default: what the kind implies. */
  readonly scope?: ProviderErrorScope | undefined;
  /** Whether the vendor had begun to answer. Default: whether there is a status. */
  readonly answered?: boolean | undefined;
  /** A short phrase of our own about what happened. */
  readonly summary?: string | undefined;
  /** The vendor's own text and error. Kept apart, see `unredacted()`. */
  readonly vendorMessage?: string | undefined;
  readonly cause?: unknown;
}

const scopeOfKind: Record<ProviderErrorKind, ProviderErrorScope> = {
  'rate-limit': 'deployment',
  quota: 'key',
  overloaded: 'deployment',
  server: 'deployment',
  network: 'endpoint',
  timeout: 'deployment',
  auth: 'key',
  'not-found': 'deployment',
  'bad-request': 'request',
  'context-length': 'request',
  'content-filter': 'request',
  malformed: 'deployment',
  truncated: 'deployment',
  aborted: 'request',
  unknown: 'deployment',
};

/** One attempt failed. The only error that a provider throws. */
export class ProviderError extends RouterError {
  readonly kind: ProviderErrorKind;
  readonly provider: string;
  readonly status: number | undefined;
  /** Under `vendorCode`, because `code` says which `RouterError` this is. */
  readonly vendorCode: string | undefined;
  /** Of kinds `rate-limit` and `quota`: which of the vendor's limits was hit, where it can be told. */
  readonly limit: HitLimit | undefined;
  /** Milliseconds, from when the error arose, after which the vendor wants to be asked again. */
  readonly retryAfter: number | undefined;
  /** The same as a point in time: milliseconds since 1970. */
  readonly retryAt: number | undefined;
  readonly requestId: string | undefined;
  readonly scope: ProviderErrorScope;
  /** Whether the vendor had begun to answer; before that it has most likely done, and charged, nothing. */
  readonly answered: boolean;
  readonly #vendorMessage: string | undefined;
  readonly #cause: unknown;

  constructor(init: ProviderErrorInit) {
    super('provider', describe(init));
    this.name = 'ProviderError';
    this.kind = init.kind;
    this.provider = init.provider ?? 'provider';
    this.status = init.status;
    this.vendorCode = plainCode(init.code);
    this.limit = init.limit;
    const now = Date.now();
    this.retryAfter =
      init.retryAfter ?? (init.retryAt === undefined ? undefined : Math.max(0, init.retryAt - now));
    this.retryAt = this.retryAfter === undefined ? undefined : now + this.retryAfter;
    this.requestId = plain(init.requestId, /^[\w.:-]{1,100}$/);
    this.scope = init.scope ?? scopeOfKind[init.kind];
    this.answered = init.answered ?? init.status !== undefined;
    this.#vendorMessage = init.vendorMessage;
    this.#cause = init.cause;
  }

  /**
   * The vendor's own words and the SDK's own error. They can hold parts of the prompt and must not be logged without
   * a look; that is why they are not fields of the error and do not show when it is printed.
   */
  unredacted(): { message: string | undefined; cause: unknown } {
    return { message: this.#vendorMessage, cause: this.#cause };
  }
}

function describe(init: ProviderErrorInit): string {
  const code = plainCode(init.code);
  const facts = [init.status === undefined ? undefined : `status ${init.status}`, code].filter(
    (fact) => fact !== undefined,
  );
  return `${init.provider ?? 'provider'}: ${init.summary ?? init.kind}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`;
}

// A code is one word. Anything else could carry text of the request, or a key, so it is dropped.
function plainCode(code: string | undefined): string | undefined {
  return plain(code, /^[A-Za-z][\w.]{0,63}$/);
}

function plain(text: string | undefined, form: RegExp): string | undefined {
  return text !== undefined && form.test(text) ? text : undefined;
}

/** Every target that could be tried failed. `attempts` says how. */
export class AllTargetsFailedError extends RouterError {
  readonly attempts: readonly AttemptSummary[];
  /** The last attempt's error. */
  readonly last: ProviderError;
  /** When the first of the targets is expected back: milliseconds since 1970, where one of them said. */
  readonly retryAt: number | undefined;
  /** How each target was considered. */
  readonly decision: Decision;

  constructor(
    attempts: readonly AttemptSummary[],
    last: ProviderError,
    decision: Decision,
    retryAt?: number,
  ) {
    super('all-targets-failed', `all targets failed: ${attempts.map(describeAttempt).join('; ')}`);
    this.name = 'AllTargetsFailedError';
    this.attempts = attempts;
    this.last = last;
    this.decision = decision;
    this.retryAt = retryAt;
  }
}

function describeAttempt({ target, error }: AttemptSummary): string {
  const status = error?.status === undefined ? '' : ` ${error.status}`;
  return `${target} (${error?.kind ?? 'abandoned'}${status})`;
}

function reasonFor({ target, reason, lacks }: SkippedTarget): string {
  return `${target} (${reason}${lacks === undefined ? '' : `: ${lacks}`})`;
}

const queueReasons = {
  full: 'too many requests are waiting already',
  late: 'none of them is free in time',
};

/** No target could be tried. `decision.skipped` says why for each. */
export class NoTargetError extends RouterError {
  readonly decision: Decision;
  /** Whether it could have waited, but too many do (`queue.size`), or it took too long (`queue.maxWait`), or would have. */
  readonly shed: boolean;
  /** When the first of them is expected back: milliseconds since 1970, where that is known. */
  readonly retryAt: number | undefined;

  constructor(decision: Decision, retryAt?: number, shed?: 'full' | 'late') {
    const busy = decision.candidates.map(({ target }) => `${target} (busy)`);
    const reasons = [...busy, ...decision.skipped.map(reasonFor)].join(', ');
    const queue = shed === undefined ? '' : `, and ${queueReasons[shed]}`;
    super('no-target', `no target can take this request: ${reasons}${queue}`);
    this.name = 'NoTargetError';
    this.decision = decision;
    this.retryAt = retryAt;
    this.shed = shed !== undefined;
  }
}

/** A stream broke after its first token, and the policy or the targets left allow no way on. */
export class StreamInterruptedError extends RouterError {
  /** What came before the break. */
  readonly partial: { readonly text: string; readonly content: readonly ContentPart[] };
  /** The usage known at the break; often empty, because vendors report it at the end. */
  readonly usage: Usage;
  readonly attempts: readonly AttemptSummary[];
  /** Why it broke; `undefined` where the reader itself stopped, or never began. */
  readonly reason: ProviderError | undefined;

  constructor(init: {
    readonly partial: { readonly text: string; readonly content: readonly ContentPart[] };
    readonly usage: Usage;
    readonly attempts: readonly AttemptSummary[];
    readonly reason?: ProviderError | undefined;
    /** Why, where no target broke off. */
    readonly summary?: string | undefined;
  }) {
    const why = init.reason?.message ?? init.summary ?? 'the reader stopped before its end';
    super('stream-interrupted', `the stream was interrupted after its first token: ${why}`);
    this.name = 'StreamInterruptedError';
    this.usage = init.usage;
    this.attempts = init.attempts;
    this.reason = init.reason;
    // Not enumerable: loggers that walk an error's fields must not print the answer.
    this.partial = init.partial;
    Object.defineProperty(this, 'partial', { value: init.partial, enumerable: false });
  }
}

/** The request's own time is over: its `timeout.request`, or the time until its `deadline`. */
export class DeadlineError extends RouterError {
  /** How much time it had, in milliseconds. */
  readonly timeout: number;
  readonly attempts: readonly AttemptSummary[];

  constructor(
    timeout: number,
    attempts: readonly AttemptSummary[],
    option: 'timeout.request' | 'deadline' = 'timeout.request',
  ) {
    const limit = option === 'deadline' ? 'it had until its deadline' : `timeout.request = ${timeout} ms`;
    super('deadline', `the request took longer than ${limit}`);
    this.name = 'DeadlineError';
    this.timeout = timeout;
    this.attempts = attempts;
  }
}

/** Every target that could answer is expected to cost more than `maxCost`. */
export class CostLimitError extends RouterError {
  /** The limit in US$. */
  readonly maxCost: number;
  readonly decision: Decision;

  constructor(maxCost: number, decision: Decision) {
    super('cost-limit', `every target is estimated above maxCost (US$ ${maxCost})`);
    this.name = 'CostLimitError';
    this.maxCost = maxCost;
    this.decision = decision;
  }
}

/** The answer is complete, but does not match the request's `schema`, or `accept` or a plugin's review did not take it. */
export class OutputError extends RouterError {
  readonly by: 'schema' | 'accept' | 'plugin';
  /** The name of the plugin, where it was one. */
  readonly plugin: string | undefined;
  /** Where it differs from the schema: paths and rules, no values. Or what `accept` or the plugin said. */
  readonly issues: readonly string[];
  readonly attempts: readonly AttemptSummary[];

  constructor(
    by: OutputError['by'],
    issues: readonly string[],
    attempts: readonly AttemptSummary[],
    plugin?: string,
  ) {
    const what =
      by === 'schema'
        ? 'does not match the schema'
        : `was not accepted${plugin === undefined ? '' : ` by ${plugin}`}`;
    super('output', `the answer ${what}: ${issues.slice(0, 3).join('; ')}`);
    this.name = 'OutputError';
    this.by = by;
    this.plugin = plugin;
    this.issues = issues;
    this.attempts = attempts;
  }
}

/** A plugin refused the request. Nothing was sent. */
export class RefusedError extends RouterError {
  /** The name of the plugin. */
  readonly plugin: string;
  readonly reason: string;

  /** `reason` must be fit to be seen: it names the rule, and never quotes the request. */
  constructor(plugin: string, reason: string) {
    super('refused', `the request was refused by ${plugin}: ${reason}`);
    this.name = 'RefusedError';
    this.plugin = plugin;
    this.reason = reason;
  }
}

/** A plugin took longer than it may, so that it is not known what it would have said. */
export class PluginError extends RouterError {
  /** The name of the plugin. */
  readonly plugin: string;
  readonly station: PluginStation;
  /** The limit in milliseconds. */
  readonly timeout: number;

  constructor(plugin: string, station: PluginStation, timeout: number) {
    super('plugin', `${plugin}: ${station} took longer than its timeout = ${timeout} ms`);
    this.name = 'PluginError';
    this.plugin = plugin;
    this.station = station;
    this.timeout = timeout;
  }
}
