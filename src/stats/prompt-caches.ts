import type { Usage } from '../types/result/usage.ts';
import { type DecayingMean, decayingMean } from './decaying-mean.ts';

/**
 * What vendors' prompt caches are expected to have of a prompt, learnt from what they say that they had: for a conversation that
 * goes on, as a share of what it had the last time; for any other prompt, as a share of the whole.
 */
export interface PromptCaches {
  /** An answer came, and its vendor said what was cached. */
  note(session: string | undefined, target: string, usage: Usage, now: number): void;
  /** Of `inputTokens`: how many are expected to be read from the cache, and how many to be written to it. */
  expect(session: string | undefined, target: string, inputTokens: number, now: number): CacheShare;
}

export interface CacheShare {
  readonly read: number;
  readonly write: number;
}

/**
 * How long a vendor keeps a prompt that is not used: five minutes at Anthropic (platform.claude.com, "Prompt caching"), five
 * to ten at OpenAI (platform.openai.com, "Prompt caching").
 */
const keptFor = 300_000;
/** Sessions that are remembered; those that were quiet for longest are forgotten first. */
const mostSessions = 10_000;
/** What a vendor does about caching changes rarely. */
const halfLife = 1_800_000;

/** What one target's cache was like. */
interface Learnt {
  /** Share of what a session had before that was read. */
  readonly continued: DecayingMean;
  /** Share of any other prompt that was read. */
  readonly other: DecayingMean;
  /** Share of what was not read that was written. */
  readonly written: DecayingMean;
}

export function promptCaches(): PromptCaches {
  const targets = new Map<string, Learnt>();
  /** By session, and there by target: how long the last prompt was, and when. */
  const sessions = new Map<string, Map<string, { readonly tokens: number; readonly at: number }>>();

  const warm = (session: string | undefined, target: string, now: number): number | undefined => {
    const last = session === undefined ? undefined : sessions.get(session)?.get(target);
    return last === undefined || now - last.at > keptFor ? undefined : last.tokens;
  };

  const remember = (session: string, target: string, tokens: number, now: number): void => {
    const of = sessions.get(session) ?? new Map();
    of.set(target, { tokens, at: now });
    sessions.delete(session); // to the end of the line
    sessions.set(session, of);
    for (const oldest of sessions.keys()) {
      if (sessions.size <= mostSessions) break;
      sessions.delete(oldest);
    }
  };

  return {
    note(session, target, usage, now) {
      const { inputTokens = 0, cacheReadTokens: read, cacheWriteTokens: write } = usage;
      if (inputTokens === 0) return;
      const before = warm(session, target, now);
      if (session !== undefined) remember(session, target, inputTokens, now);
      if (read === undefined && write === undefined) return;
      const of = targets.get(target) ?? {
        continued: decayingMean(halfLife),
        other: decayingMean(halfLife),
        written: decayingMean(halfLife),
      };
      targets.set(target, of);
      const [mean, reusable] = before === undefined ? [of.other, inputTokens] : [of.continued, before];
      mean.add(Math.min(1, (read ?? 0) / Math.min(reusable, inputTokens)), now);
      const rest = inputTokens - (read ?? 0);
      if (rest > 0) of.written.add(Math.min(1, (write ?? 0) / rest), now);
    },
    expect(session, target, inputTokens, now) {
      const of = targets.get(target);
      if (of === undefined) return { read: 0, write: 0 };
      const before = warm(session, target, now);
      const share = (before === undefined ? of.other : of.continued).read(now) ?? 0;
      const read = share * Math.min(before ?? inputTokens, inputTokens);
      return { read, write: (inputTokens - read) * (of.written.read(now) ?? 0) };
    },
  };
}
