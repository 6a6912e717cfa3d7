import type { ResolvedChatRequest } from '../../../types/provider.ts';
import { hash } from '../../../util/hash.ts';
import { canonical } from '../keys/canonical.ts';

/** Milliseconds that a vendor keeps an unused prefix: https://platform.claude.com/docs/en/build-with-claude/prompt-caching. */
const keptFor = 300_000;
/** Maximum prefixes to remember; the least recently used are dropped first. */
const mostPrefixes = 20_000;
/** Requests of a route after which its reuse is known well enough. */
const enough = 10;
/** Half-life of what has been learned, in requests. */
const halfLife = 200;
/** Characters per token, as English text has them. */
const perToken = 4;

/** A price relative to that of input tokens: reads 0.1, writes for five minutes 1.25 (the same page). */
const readSaves = 0.9;
const writeCosts = 0.25;

/** What of a prompt could have been read from a vendor's cache. Tokens are estimates. */
export interface PromptReuse {
  /** Tokens of tools and system messages, and of the whole prompt. */
  readonly fixedTokens: number;
  readonly tokens: number;
  /** Why nothing of the prompt could be read: it is new, or its prefix has expired. */
  readonly miss: 'new' | 'expired' | undefined;
  /** Whether a marker after the fixed part, or at the end of the prompt, has paid for itself on this route so far. */
  readonly fixedPays: boolean;
  readonly wholePays: boolean;
}

/** Learned sums of one route, in tokens; older requests count less. */
interface Learned {
  requests: number;
  /** What a marker after the fixed part would have saved. */
  fixed: number;
  /** What a marker at the end of each prompt would have saved. */
  whole: number;
  /** Input of all requests, and what their markers have saved in fact; not decayed. */
  spent: number;
  saved: number;
}

/** A prefix that was sent. */
interface Sent {
  readonly at: number;
  readonly isMarked: boolean;
}

/** Markers may cost at most this ratio of a route's input, until they have paid for themselves. */
const mostLoss = 0.009;

/** Measures how much of each prompt repeats an earlier one, whether or not anything is marked. */
export interface ReuseMeter {
  see(group: string, route: string, request: ResolvedChatRequest, now: number): PromptReuse;
}

export function reuseMeter(): ReuseMeter {
  const prefixes = new Map<string, Sent>();
  const routes = new Map<string, Learned>();

  const remember = (prefix: string, sent: Sent): void => {
    prefixes.delete(prefix); // moves it to the end
    prefixes.set(prefix, sent);
    for (const oldest of prefixes.keys()) {
      if (prefixes.size <= mostPrefixes) break;
      prefixes.delete(oldest);
    }
  };
  const keptOf = (prefix: string, now: number): Sent | undefined => {
    const sent = prefixes.get(prefix);
    return sent !== undefined && now - sent.at <= keptFor ? sent : undefined;
  };

  return {
    see(group, route, request, now) {
      const { fixed, steps } = prefixesOf(group, request);
      const whole = steps.at(-1) ?? fixed;
      const longest = steps.slice(0, -1).findLast(({ key }) => keptOf(key, now) !== undefined);
      const read = longest?.tokens ?? 0;
      const fixedSent = keptOf(fixed.key, now);
      const learned = learn(routes.get(route), {
        tokens: whole.tokens,
        fixed: fixed.tokens * (fixedSent === undefined ? -writeCosts : readSaves),
        whole: readSaves * read - writeCosts * (whole.tokens - read),
      });
      routes.set(route, learned);
      const known = [fixed, ...steps].some(({ key }) => prefixes.has(key));
      const isMiss = fixedSent === undefined && read === 0;
      // In fact only what was marked before can be read.
      const wasRead = longest !== undefined && keptOf(longest.key, now)?.isMarked === true ? read : 0;
      const ofWhole = readSaves * wasRead - writeCosts * (whole.tokens - wasRead);
      const ofFixed = fixed.tokens * (fixedSent?.isMarked === true ? readSaves : -writeCosts);
      const allows = (saving: number): boolean => learned.saved + saving >= -mostLoss * learned.spent;
      const isReady = learned.requests >= enough;
      const wholePays = isReady && learned.whole > 0 && allows(ofWhole);
      const fixedPays = isReady && learned.fixed > 0 && allows(ofFixed);
      // Both together read the longer of the two.
      learned.saved += wholePays ? ofWhole : fixedPays ? ofFixed : 0;
      remember(fixed.key, { at: now, isMarked: fixedPays });
      remember(whole.key, { at: now, isMarked: wholePays });
      return {
        fixedTokens: fixed.tokens,
        tokens: whole.tokens,
        miss: isMiss ? (known ? 'expired' : 'new') : undefined,
        fixedPays,
        wholePays,
      };
    },
  };
}

const nothing: Learned = { requests: 0, fixed: 0, whole: 0, spent: 0, saved: 0 };

function learn(
  learned = nothing,
  { tokens, fixed, whole }: { readonly tokens: number; readonly fixed: number; readonly whole: number },
): Learned {
  const decay = 0.5 ** (1 / halfLife);
  return {
    requests: learned.requests * decay + 1,
    fixed: learned.fixed * decay + fixed,
    whole: learned.whole * decay + whole,
    spent: learned.spent + tokens,
    saved: learned.saved,
  };
}

interface Prefix {
  readonly key: string;
  readonly tokens: number;
}

/** The prompt up to the end of its fixed part, and up to the end of each later message. */
function prefixesOf(
  group: string,
  { messages, tools }: ResolvedChatRequest,
): { readonly fixed: Prefix; readonly steps: readonly Prefix[] } {
  const fixedCount = messages.findIndex(({ role }) => role !== 'system');
  const split = fixedCount === -1 ? messages.length : fixedCount;
  const begin = canonical([group, tools ?? [], messages.slice(0, split)]) ?? '';
  let last: Prefix = { key: `${hash(begin)}`, tokens: begin.length / perToken };
  const fixed = last;
  const steps = messages.slice(split).map((message) => {
    const text = canonical(message) ?? '';
    last = { key: `${hash(last.key + text)} ${hash(text)}`, tokens: last.tokens + text.length / perToken };
    return last;
  });
  return { fixed, steps };
}
