import { StoreError } from '../../errors.ts';
import type { Clock } from '../../types/clock.ts';
import type { Evaluate } from './client.ts';

/** Runs a script whose keys are all in one slot. */
export type Run = (script: string, keys: readonly string[], args?: readonly string[]) => Promise<unknown>;

/** Maximum commands without an answer at a time; beyond it the client's own queue would grow without limit. */
const mostUnanswered = 1_000;
/** Timeouts after which a command that was never answered no longer keeps others from being sent: its connection is gone. */
const givenUpAfter = 10;

/**
 * Runs scripts against a timer of our own, because the clients' reaction to a frozen or unreachable server ranges from an
 * immediate error to waiting forever. After a command on a key has timed out, the next one on that key is refused until the first
 * is answered, because it would only wait behind it.
 */
export function scriptRunner(evaluate: Evaluate, timeout: number, clock: Clock): Run {
  const hashes = new Map<string, string>();
  const late = new Map<string, number>();
  /** When each command without an answer was sent. */
  const unanswered = new Set<{ readonly at: number }>();

  const hashOf = async (script: string): Promise<string> => {
    const hash = hashes.get(script) ?? (await sha1(script));
    hashes.set(script, hash);
    return hash;
  };
  /** A runtime that drops requests never answers their commands. */
  const isFull = (): boolean => {
    if (unanswered.size < mostUnanswered) return false;
    for (const each of unanswered)
      if (clock.now() - each.at > givenUpAfter * timeout) unanswered.delete(each);
    return unanswered.size >= mostUnanswered;
  };
  const send: Run = async (script, keys, args = []) => {
    try {
      return await evaluate.byHash(await hashOf(script), keys, args);
    } catch (error) {
      if (!isMissingScript(error)) throw error;
      return evaluate.bySource(script, keys, args);
    }
  };
  const isBlocked = (key: string): boolean => {
    const since = late.get(key);
    return since !== undefined && clock.now() - since < givenUpAfter * timeout;
  };

  return async (script, keys, args) => {
    const [key = ''] = keys;
    if (isBlocked(key)) throw new StoreError('redis', 'an earlier command has not been answered yet');
    if (isFull()) throw new StoreError('redis', 'too many commands have not been answered');
    const command = { at: clock.now() };
    unanswered.add(command);
    const answer = send(script, keys, args).finally(() => {
      unanswered.delete(command);
      late.delete(key);
    });
    return raced(answer, timeout, clock, () => late.set(key, clock.now()));
  };
}

function raced(
  answer: Promise<unknown>,
  timeout: number,
  clock: Clock,
  onTimeout: () => void,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeout, () => {
      onTimeout();
      reject(new StoreError('redis', `no answer within timeout = ${timeout} ms`));
    });
    answer.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The server does not have the script: it was restarted, or its scripts were flushed. Glide spells the server's NOSCRIPT its own way. */
function isMissingScript(error: unknown): boolean {
  return error instanceof Error && /NOSCRIPT|NoScriptError/.test(error.message);
}
