import type { ProviderError } from './errors/provider-error.ts';
// A registered symbol, so that the guards hold across two copies of the package.
import { brand, type ConfigError, type RequestError, RouterError } from './errors/router-error.ts';
import type { PluginStation, RouterErrorCode } from './types/error.ts';
import type { ContentPart } from './types/request/message.ts';
import type { Decision, SkippedTarget } from './types/result/decision.ts';
import type { AttemptSummary } from './types/result/result.ts';
import type { Usage } from './types/result/usage.ts';

export { ProviderError, type ProviderErrorInit } from './errors/provider-error.ts';
export { ConfigError, RequestError, RouterError } from './errors/router-error.ts';

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
  'not-loaded': RouterError;
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
