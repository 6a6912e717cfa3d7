import type { Usage } from '../types/result/usage.ts';
import { longHash } from '../util/hash.ts';
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
  /** Adds a ratio that was learned elsewhere. */
  learn(target: string, kind: CacheRatio, ratio: number, now: number): void;
  /** Adds the prompt of a session, by its `longHash`, that another process sent at this moment. */
  adopt(sessionHash: string, target: string, tokens: number, at: number): void;
  /** Decayed number of answers behind the target's ratios. */
  weight(target: string, now: number): number;
  /** Called with each ratio that this process learns, if set. */
  onRatio: ((target: string, kind: CacheRatio, ratio: number) => void) | undefined;
  /** Called with the length of each prompt of a session, if set. */
  onPrompt: ((session: string, target: string, tokens: number) => void) | undefined;
}

/**
 * `continued`: of the session's previous prompt, what was read from the cache. `other`: of any other prompt. `written`: of the rest,
 * what was written to it.
 */
export type CacheRatio = 'continued' | 'other' | 'written';

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

const nothing: CacheShare = { read: 0, write: 0 };

/** Learned ratios of one target's cache. */
type LearnedRatios = Readonly<Record<CacheRatio, DecayingMean>>;

/** Length and time of the last prompt, by session, then by target. */
type Sessions = Map<string, Map<string, { readonly tokens: number; readonly at: number }>>;

export function promptCaches(): PromptCaches {
  const targets = new Map<string, LearnedRatios>();
  const sessions: Sessions = new Map();
  /** Those of other processes, by the sessions' hashes. */
  const elsewhere: Sessions = new Map();

  const warm = (session: string | undefined, target: string, now: number): number | undefined => {
    if (session === undefined) return undefined;
    const own = sessions.get(session)?.get(target);
    const other = elsewhere.size === 0 ? undefined : elsewhere.get(longHash(session))?.get(target);
    const last = own === undefined || (other !== undefined && other.at > own.at) ? other : own;
    return last === undefined || now - last.at > keptFor ? undefined : last.tokens;
  };
  const ratiosOf = (target: string): LearnedRatios => {
    const of = targets.get(target) ?? {
      continued: decayingMean(halfLife),
      other: decayingMean(halfLife),
      written: decayingMean(halfLife),
    };
    targets.set(target, of);
    return of;
  };
  const add = (target: string, kind: CacheRatio, ratio: number, now: number): void => {
    const bounded = Math.min(1, ratio);
    ratiosOf(target)[kind].add(bounded, now);
    self.onRatio?.(target, kind, bounded);
  };

  const self: PromptCaches = {
    onRatio: undefined,
    onPrompt: undefined,
    note(session, target, usage, now) {
      const { inputTokens = 0, cacheReadTokens: read, cacheWriteTokens: write } = usage;
      if (inputTokens === 0) return;
      const isReported = read !== undefined || write !== undefined;
      const before = isReported ? warm(session, target, now) : undefined;
      if (session !== undefined) {
        remember(sessions, session, target, inputTokens, now);
        self.onPrompt?.(session, target, inputTokens);
      }
      if (!isReported) return;
      const reusable = Math.min(before ?? inputTokens, inputTokens);
      add(target, before === undefined ? 'other' : 'continued', (read ?? 0) / reusable, now);
      const rest = inputTokens - (read ?? 0);
      if (rest > 0) add(target, 'written', (write ?? 0) / rest, now);
    },
    expect(session, target, inputTokens, now) {
      const of = targets.get(target);
      if (of === undefined) return nothing;
      const before = warm(session, target, now);
      const share = (before === undefined ? of.other : of.continued).read(now) ?? 0;
      const read = share * Math.min(before ?? inputTokens, inputTokens);
      return { read, write: (inputTokens - read) * (of.written.read(now) ?? 0) };
    },
    learn: (target, kind, ratio, now) => ratiosOf(target)[kind].add(ratio, now),
    adopt: (hash, target, tokens, at) => remember(elsewhere, hash, target, tokens, at),
    weight(target, now) {
      const of = targets.get(target);
      return of === undefined ? 0 : of.continued.weight(now) + of.other.weight(now);
    },
  };
  return self;
}

function remember(sessions: Sessions, session: string, target: string, tokens: number, at: number): void {
  const of = sessions.get(session) ?? new Map();
  of.set(target, { tokens, at });
  sessions.delete(session); // moves it to the end
  sessions.set(session, of);
  if (sessions.size > mostSessions) for (const oldest of sessions.keys()) return void sessions.delete(oldest);
}
