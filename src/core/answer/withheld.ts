import { isRouterError, OutputError } from '../../errors.ts';
import { zeroCost } from '../../pricing/cost.ts';
import type { ContentPart } from '../../types/request/message.ts';
import type { ChatResult } from '../../types/result/result.ts';
import type { RequestState } from '../request.ts';
import type { Answer } from './answer.ts';
import { toResult } from './result.ts';

/** The error of a complete answer that a plugin withheld, together with the answer. */
export class WithheldAnswer extends OutputError {
  readonly #answer: Answer;
  readonly #target: string;

  constructor({ by, issues, attempts, plugin }: OutputError, answer: Answer, target: string) {
    super(by, issues, attempts, plugin);
    this.#answer = answer;
    this.#target = target;
  }

  /** What the caller gets if no other target answers; `undefined` where that is the error. */
  static end(request: RequestState, error: unknown): ChatResult | undefined {
    if (!(typeof error === 'object' && error !== null && #answer in error)) return undefined;
    return endWithheld(request, error, error.#answer, [], error.#target);
  }
}

/**
 * The end of an answer that a plugin withheld: what went out before, with the finish reason `content-filter`.
 * Its cost is booked as wasted. `undefined` for other errors, and where the caller expects an object.
 */
export function endWithheld(
  request: RequestState,
  error: unknown,
  { usage, response, warnings }: Pick<Answer, 'usage' | 'response' | 'warnings'>,
  content: readonly ContentPart[],
  target: string,
): ChatResult | undefined {
  const isWithheld = isRouterError(error, 'output') && error.by === 'guard';
  if (!isWithheld || request.schema !== undefined) return undefined;
  const answer: Answer = {
    content,
    finishReason: 'content-filter',
    usage,
    response,
    warnings,
    providerMetadata: {},
    raw: undefined,
  };
  // What went out may contain restored values.
  request.given = [];
  const cost = { ...zeroCost, source: 'declared', estimated: false } as const;
  return toResult(request, answer, undefined, { target, cost });
}
