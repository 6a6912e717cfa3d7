import type { Script } from '../testing/scripted-provider.ts';
import type { ProviderErrorKind } from '../types/error.ts';
import type { AttemptSummary } from '../types/result/result.ts';
import type { Usage } from '../types/result/usage.ts';
import { isAnswer } from './log/sample.ts';
import type { Answer } from './world.ts';

/** A text whose repetitions the router estimates at one token each. */
export const oneToken = 'a ';

/** A replayed stream has a part about every half second, and at most this many. */
const usualGap = 500;
const mostParts = 40;

/** An attempt of the log as a script, with the usage to report. */
export function scriptOf(kind: 'chat' | 'stream', attempt: AttemptSummary, usage: Usage): Answer {
  const { duration, firstToken = duration } = attempt;
  if (isAnswer(attempt)) {
    return { ...answer(kind, firstToken, duration, usage), unwanted: attempt.outcome === 'failed' };
  }
  const error = errorOf(attempt);
  if (kind === 'chat' || attempt.firstToken === undefined) return { delay: duration, error };
  const { text = [], ...timing } = answer(kind, firstToken, duration, usage);
  return { ...timing, text, error, after: text.length };
}

/** A complete answer, with the milliseconds to its first token and to its end. */
export function answer(
  kind: 'chat' | 'stream',
  firstToken: number,
  total: number,
  usage: Usage,
): Script & { readonly text?: readonly string[] } {
  if (kind === 'chat') return { delay: total, usage };
  const rest = Math.max(0, total - firstToken);
  const gaps = rest === 0 ? 0 : Math.min(mostParts, Math.ceil(rest / usualGap));
  const parts = gaps + 1;
  // An answer that is cut is billed for what arrived.
  const text = oneToken.repeat(Math.max(1, Math.round((usage.outputTokens ?? 0) / parts)));
  return {
    delay: firstToken,
    gap: gaps === 0 ? 0 : rest / gaps,
    text: Array.from({ length: parts }, () => text),
    usage,
  };
}

function errorOf({ error, billed }: AttemptSummary): NonNullable<Script['error']> {
  const { kind, status, code, limit } = error ?? { kind: 'unknown' };
  return {
    // A log of another version may have unknown kinds.
    kind: kinds.find((known) => known === kind) ?? 'unknown',
    answered: billed !== 'no',
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
    ...(limit === undefined ? {} : { limit }),
  };
}

const kinds: readonly ProviderErrorKind[] = [
  'rate-limit',
  'quota',
  'overloaded',
  'server',
  'network',
  'timeout',
  'auth',
  'not-found',
  'bad-request',
  'context-length',
  'content-filter',
  'malformed',
  'truncated',
  'unknown',
];
