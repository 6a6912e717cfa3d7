import type { Usage } from '../types/result/usage.ts';
import { type DecayingMean, decayingMean } from './decaying-mean.ts';

/**
 * Expected prompt cache hits, learned from the vendors' reported usage: for a continued conversation as a
 * ratio of its previous prompt, for other prompts as a ratio of the whole.
 */
export interface PromptCaches {
  /** Records an answer whose vendor reported cache usage. */
  note(session: string | undefined, target: string, usage: Usage, now: number): void;
  /** Expected cache reads and writes out of `inputTokens`. */
  expect(session: string | undefined, target: string, inputTokens: number, now: number): CacheShare;
}

export interface CacheShare {
  readonly read: number;
  readonly write: number;
}

/**
 * How long a vendor keeps an unused prompt, in milliseconds: five minutes at Anthropic (platform.claude.com,
 * "Prompt caching"), five to ten at OpenAI (platform.openai.com, "Prompt caching").
 */
const keptFor = 300_000;
/** Maximum number of sessions; the least recently used are dropped first. */
const mostSessions = 10_000;
/** Half-life of the learned ratios in milliseconds: vendors' caching rarely changes. */
const halfLife = 1_800_000;

/** Learned ratios of one target's cache. */
interface LearnedRatios {
  /** Ratio of the session's previous prompt that was read. */
  readonly continued: DecayingMean;
  /** Ratio of any other prompt that was read. */
  readonly other: DecayingMean;
  /** Ratio of the uncached rest that was written. */
  readonly written: DecayingMean;
}

export function promptCaches(): PromptCaches {
  const targets = new Map<string, LearnedRatios>();
  /** Length and time of the last prompt, by session, then by target. */
  const sessions = new Map<string, Map<string, { readonly tokens: number; readonly at: number }>>();

  const warm = (session: string | undefined, target: string, now: number): number | undefined => {
    const last = session === undefined ? undefined : sessions.get(session)?.get(target);
    return last === undefined || now - last.at > keptFor ? undefined : last.tokens;
  };

  const remember = (session: string, target: string, tokens: number, now: number): void => {
    const of = sessions.get(session) ?? new Map();
    of.set(target, { tokens, at: now });
    sessions.delete(session); // moves it to the end
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
      const isReported = read !== undefined || write !== undefined;
      const before = isReported ? warm(session, target, now) : undefined;
      if (session !== undefined) remember(session, target, inputTokens, now);
      if (!isReported) return;
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
