import { isRouterError } from '../../../errors.ts';
import type { Clock } from '../../../types/clock.ts';
import type { Awaitable } from '../../../types/plugin.ts';
import { isPromise } from '../detectors/find.ts';
import type { Guard, GuardContext, Replacement, Verdict } from '../types.ts';

/** Milliseconds for a check. */
const usualTimeout = 1_000;

/** A verdict, or the reason that there is none. */
export type Outcome = Verdict | { readonly error: 'threw' | 'timeout' | 'invalid' };

/** The parts of a check that its runner supplies. */
export type Check = (context: GuardContext) => Awaitable<Verdict>;

/**
 * Runs one check. No promise for one that answers at once. A check that throws, hangs or answers in the wrong
 * form is an error, except for a `ConfigError`, which reaches the caller.
 */
export function runCheck(
  guard: Guard,
  check: Check,
  text: string | undefined,
  context: Omit<GuardContext, 'signal'>,
  clock: Clock,
): Awaitable<Outcome> {
  const controller = new LazyAbort(context.request.signal);
  let answer: Awaitable<Verdict>;
  try {
    answer = check(withSignal(context, controller));
  } catch (error) {
    return failed(error);
  }
  if (!isPromise(answer)) return valid(answer, text);
  const { timeout = usualTimeout } = guard;
  return new Promise<Outcome>((resolve, reject) => {
    const cancel = clock.after(timeout, () => {
      controller.abort();
      resolve({ error: 'timeout' });
    });
    Promise.resolve(answer)
      .then((verdict) => valid(verdict, text), failed)
      .then(
        (outcome) => {
          cancel();
          resolve(outcome);
        },
        (error: unknown) => {
          cancel();
          reject(error);
        },
      );
  });
}

/** A signal is made only for a check that reads it. */
function withSignal(context: Omit<GuardContext, 'signal'>, abort: LazyAbort): GuardContext {
  return Object.defineProperty({ ...context } as GuardContext, 'signal', { get: () => abort.signal });
}

class LazyAbort {
  readonly #request: AbortSignal;
  #own: AbortController | undefined;

  constructor(request: AbortSignal) {
    this.#request = request;
  }

  get signal(): AbortSignal {
    this.#own ??= new AbortController();
    return AbortSignal.any([this.#request, this.#own.signal]);
  }

  abort(): void {
    this.#own?.abort();
  }
}

function failed(error: unknown): Outcome {
  if (isRouterError(error, 'config')) throw error;
  return { error: 'threw' };
}

/** Replacements only in guards of texts, and within the text. */
function valid(verdict: Verdict, text: string | undefined): Outcome {
  if (typeof verdict !== 'object' || verdict === null) return { error: 'invalid' };
  if ('ok' in verdict) return verdict.ok === true ? verdict : { error: 'invalid' };
  if ('block' in verdict) return typeof verdict.block === 'string' ? verdict : { error: 'invalid' };
  if (!('replace' in verdict) || !Array.isArray(verdict.replace) || text === undefined)
    return { error: 'invalid' };
  const isSound = ({ start, end, with: text2, entity }: Replacement): boolean =>
    Number.isInteger(start) &&
    Number.isInteger(end) &&
    start >= 0 &&
    start < end &&
    end <= text.length &&
    (text2 === undefined || typeof text2 === 'string') &&
    (entity === undefined || /^[A-Za-z][A-Za-z_]*$/.test(entity));
  return verdict.replace.every((each) => typeof each === 'object' && each !== null && isSound(each))
    ? verdict
    : { error: 'invalid' };
}
