import type { Script } from '../../testing/scripted-provider.ts';
import type { ProviderErrorKind } from '../../types/error.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import type { Usage } from '../../types/result/usage.ts';
import { isAnswer } from '../log/sample.ts';
import type { Answer } from './world.ts';

/** Between two parts of a stream that is played: about half a second, and no stream has more parts than this. */
const usualGap = 500;
const mostParts = 40;

/** An attempt of the log, to be played. `usage` says what it counts. */
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

/** A complete answer with so many milliseconds to its first token and to its end. */
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
  // Three digits are a token: an answer that is cut off is charged by what came of it.
  const text = '0'.repeat(Math.max(1, Math.round((3 * (usage.outputTokens ?? 0)) / parts)));
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
    // A log can be of another version, with kinds that this one does not know.
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
