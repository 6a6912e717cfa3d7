import type { BudgetError, PluginError, RefusedError, StoreError } from './errors/plugin-errors.ts';
import type { ProviderError } from './errors/provider-error.ts';
// A registered symbol, so that the type guards work across copies of the package.
import {
  brand,
  type ConfigError,
  type RequestError,
  RouterError,
  type Unredacted,
} from './errors/router-error.ts';
import type { RouterErrorCode } from './types/error.ts';
import type { ContentPart } from './types/request/message.ts';
import type { Decision, SkippedTarget } from './types/result/decision.ts';
import type { AttemptSummary } from './types/result/result.ts';
import type { Usage } from './types/result/usage.ts';

export {
  BudgetError,
  type BudgetLimit,
  PluginError,
  RefusedError,
  StoreError,
} from './errors/plugin-errors.ts';
export { ProviderError, type ProviderErrorInit, type Redact } from './errors/provider-error.ts';
export { ConfigError, RequestError, RouterError, type Unredacted } from './errors/router-error.ts';

/**
 * Whether `error` is an error of signalbox, from any copy of the package; with a code, whether it is that error.
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
  /** An option is invalid. */
  config: ConfigError;
  /** The request or its call options are invalid. */
  request: RequestError;
  /** An attempt failed in a way that failover cannot fix. */
  provider: ProviderError;
  /** Every target that was tried failed. */
  'all-targets-failed': AllTargetsFailedError;
  /** No target was available. */
  'no-target': NoTargetError;
  /** A stream broke after its first token. */
  'stream-interrupted': StreamInterruptedError;
  /** The request ran out of time. */
  deadline: DeadlineError;
  /** The estimated cost of every target exceeds `maxCost`. */
  'cost-limit': CostLimitError;
  /** The answer was rejected by the request's `schema`, `accept` or a plugin. */
  output: OutputError;
  /** A plugin refused the request. */
  refused: RefusedError;
  /** A plugin exceeded its timeout. */
  plugin: PluginError;
  /** A budget or quota is used up, or too little of it is left. */
  budget: BudgetError;
  /** A store did not answer in time. */
  store: StoreError;
  /** The router is closed. */
  closed: RouterError;
  /** A file of signalbox could not be loaded. */
  'not-loaded': RouterError;
}

/** Every target that was tried failed. `attempts` has the details. */
export class AllTargetsFailedError extends RouterError {
  /** All attempts in the order they ended. */
  declare readonly attempts: readonly AttemptSummary[];
  /** The last attempt's error. */
  declare readonly last: ProviderError;
  /** When the first target is expected to be available, in milliseconds since 1970, if known. */
  declare readonly retryAt: number | undefined;
  /** How the targets were chosen. */
  declare readonly decision: Decision;

  constructor(
    attempts: readonly AttemptSummary[],
    last: ProviderError,
    decision: Decision,
    retryAt?: number,
  ) {
    const said = last.vendorMessage !== undefined || last.kind === 'auth' ? `; last: ${last.message}` : '';
    super('all-targets-failed', `all targets failed: ${attempts.map(describeAttempt).join('; ')}${said}`);
    this.name = 'AllTargetsFailedError';
    this.attempts = attempts;
    this.last = last;
    this.decision = decision;
    this.retryAt = retryAt;
  }

  /** Details of the last attempt's error. */
  override unredacted(): Unredacted {
    return this.last.unredacted();
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

/** No target could be tried. `decision.skipped` has the reason for each. */
export class NoTargetError extends RouterError {
  /** How the targets were judged: the reason against each one is in it. */
  declare readonly decision: Decision;
  /** Whether the queue refused the request: it is full (`queue.size`), or the wait exceeds or would exceed `queue.maxWait`. */
  declare readonly shed: boolean;
  /** When the first target is expected to be available, in milliseconds since 1970, if known. */
  declare readonly retryAt: number | undefined;

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

/** A stream broke after its first token, and neither the policy nor the remaining targets allow it to recover. */
export class StreamInterruptedError extends RouterError {
  /** The content received before the break. */
  declare readonly partial: {
    /** All text parts, concatenated. */
    readonly text: string;
    /** The parts in order, the last of them cut off. */
    readonly content: readonly ContentPart[];
  };
  /** Usage known at the break; often empty, because vendors report it at the end. */
  declare readonly usage: Usage;
  /** All attempts in the order they ended. */
  declare readonly attempts: readonly AttemptSummary[];
  /** Why it broke; `undefined` if the reader stopped or never started. */
  declare readonly reason: ProviderError | undefined;

  constructor(init: {
    readonly partial: { readonly text: string; readonly content: readonly ContentPart[] };
    readonly usage: Usage;
    readonly attempts: readonly AttemptSummary[];
    readonly reason?: ProviderError | undefined;
    /** The reason, if no target failed. */
    readonly summary?: string | undefined;
  }) {
    const why = init.reason?.message ?? init.summary ?? 'the reader stopped early';
    super('stream-interrupted', `the stream was interrupted after its first token: ${why}`);
    this.name = 'StreamInterruptedError';
    this.usage = init.usage;
    this.attempts = init.attempts;
    this.reason = init.reason;
    // Not enumerable, so that loggers do not print the answer.
    this.partial = init.partial;
    Object.defineProperty(this, 'partial', { value: init.partial, enumerable: false });
  }

  /** Details of the failure that interrupted the stream. */
  override unredacted(): Unredacted {
    return this.reason?.unredacted() ?? super.unredacted();
  }
}

/** The request exceeded its `timeout.request` or its `deadline`. */
export class DeadlineError extends RouterError {
  /** The time it had, in milliseconds. */
  declare readonly timeout: number;
  /** The attempts up to then, in the order they ended; empty if none had started. */
  declare readonly attempts: readonly AttemptSummary[];

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

/** The expected cost exceeds `maxCost` at every available target. */
export class CostLimitError extends RouterError {
  /** The limit in US$. */
  declare readonly maxCost: number;
  /** How the targets were judged: each one's estimate is in it. */
  declare readonly decision: Decision;

  constructor(maxCost: number, decision: Decision) {
    super('cost-limit', `every target is estimated above maxCost (US$ ${maxCost})`);
    this.name = 'CostLimitError';
    this.maxCost = maxCost;
    this.decision = decision;
  }
}

/**
 * The answer does not match the request's `schema`, was rejected by `accept` or a plugin, or was withheld by a
 * plugin (`guard`).
 */
export class OutputError extends RouterError {
  /** What rejected the answer: the request's `schema`, `accept`, or a plugin. `guard`: a plugin withheld it. */
  declare readonly by: 'schema' | 'accept' | 'plugin' | 'guard';
  /** The plugin that rejected it, if any. */
  declare readonly plugin: string | undefined;
  /** The mismatches: paths and rules of the schema, without values; or the reasons given by `accept` or the plugin. */
  declare readonly issues: readonly string[];
  /** All attempts in the order they ended. */
  declare readonly attempts: readonly AttemptSummary[];

  constructor(
    by: OutputError['by'],
    issues: readonly string[],
    attempts: readonly AttemptSummary[],
    plugin?: string,
  ) {
    const what =
      by === 'schema'
        ? 'does not match the schema'
        : `was ${by === 'guard' ? 'withheld' : 'not accepted'}${plugin === undefined ? '' : ` by ${plugin}`}`;
    super('output', `the answer ${what}: ${issues.slice(0, 3).join('; ')}`);
    this.name = 'OutputError';
    this.by = by;
    this.plugin = plugin;
    this.issues = issues;
    this.attempts = attempts;
  }
}
