import type { ResolvedChatRequest } from '../../../types/provider.ts';
import { hash } from '../../../util/hash.ts';
import { canonical } from '../keys/canonical.ts';
import type { Markers } from './vendors.ts';

/** Maximum prefixes, conversations and pieces of system messages to remember; the least recently used are dropped first. */
const most = 20_000;
/** Characters at the beginning and at the end by which a changed system message is recognized. */
const edge = 500;
/** Characters per token of English text. */
const perToken = 4;

/** The beginning of a prompt. */
export interface Prefix {
  readonly key: string;
  /** An estimate. */
  readonly tokens: number;
}

/** When a prefix was sent, in milliseconds of the router's clock. */
export interface Sent {
  /** Requests with it that no target has answered yet. */
  open: number;
  /** When a target last answered it; `-Infinity` before the first time. */
  answeredAt: number;
  /** The same, for prefixes followed by a marker, by the marker's vendor. */
  readonly markedAt: Record<Markers, number>;
  /** When each target and key last answered it. */
  readonly places: Map<string, number>;
}

/** How a prompt differs from the one that it resembles most. */
export type Change = 'tools-changed' | 'system-changed' | 'messages-changed';

/** The part that a prompt shares with earlier ones. */
export interface Resemblance {
  /** The longest prefix that was sent before. */
  readonly known: (Prefix & { readonly sent: Sent }) | undefined;
  /** `undefined` if it continues an earlier prompt, or resembles none. */
  readonly change: Change | undefined;
}

/** A prompt, to be compared with those sent before. */
export interface Prompt {
  /** Tools and system messages. */
  readonly fixed: Prefix;
  /** The whole prompt. */
  readonly whole: Prefix;
  /** The prefix up to the end of each message after the fixed part. */
  readonly steps: readonly Prefix[];
  resemblance(): Resemblance;
  /** Records that the prompt is sent. */
  send(): readonly Sent[];
}

/** The prompts sent in the last minutes, as hashes: no text is kept. */
export class Prefixes {
  readonly #sent = recentlyUsed<Sent>();
  /** The last whole prompt of each session. */
  readonly #sessions = recentlyUsed<string>();
  readonly #pieces = recentlyUsed<true>();

  find({ key }: Prefix): Sent | undefined {
    return this.#sent.get(key);
  }

  /** @param group prompts of different groups have no prefix in common */
  promptOf(group: string, session: string | undefined, request: ResolvedChatRequest): Prompt {
    const { tools, system, fixed, steps } = prefixesOf(group, request);
    const whole = steps.at(-1) ?? fixed;
    const pieces = piecesOf(group, tools, system, request);
    const thread = session === undefined ? undefined : JSON.stringify([group, session]);
    // An empty beginning does not count as shared.
    const all = tools === '[]' && system === '[]' ? steps : [fixed, ...steps];
    return {
      fixed,
      whole,
      steps,
      resemblance: () => {
        const longest = all.findLast((prefix) => wasSent(this.find(prefix)));
        const sent = longest && this.find(longest);
        const before = thread === undefined ? undefined : this.#sessions.get(thread);
        const continues = before !== undefined && all.some(({ key }) => key === before);
        return {
          known: longest && sent && { ...longest, sent },
          change: continues ? undefined : this.#changeOf(pieces, fixed, before !== undefined),
        };
      },
      send: () => {
        if (thread !== undefined) this.#sessions.set(thread, whole.key);
        for (const piece of pieces) this.#pieces.set(piece, true);
        const prefixes = whole === fixed ? [fixed] : [fixed, whole];
        return prefixes.map(({ key }) => this.#sent.of(key, unsent));
      },
    };
  }

  #changeOf(
    [whole = '', ...edges]: readonly string[],
    fixed: Prefix,
    hasConversation: boolean,
  ): Change | undefined {
    if (wasSent(this.find(fixed))) return hasConversation ? 'messages-changed' : undefined;
    // The same system message under another fixed part means that the tools differ.
    if (this.#pieces.get(whole) !== undefined) return 'tools-changed';
    return edges.some((piece) => this.#pieces.get(piece) !== undefined) ? 'system-changed' : undefined;
  }
}

function unsent(): Sent {
  return {
    open: 0,
    answeredAt: Number.NEGATIVE_INFINITY,
    markedAt: { anthropic: Number.NEGATIVE_INFINITY, openai: Number.NEGATIVE_INFINITY },
    places: new Map(),
  };
}

function wasSent(sent: Sent | undefined): boolean {
  return sent !== undefined && (sent.open > 0 || sent.places.size > 0);
}

/** The system message as a whole, its beginning and its end. */
function piecesOf(
  group: string,
  tools: string,
  system: string,
  { messages }: ResolvedChatRequest,
): readonly string[] {
  const nameOf = (kind: string, text: string): string => `${kind} ${hash(group)} ${hash(text)}`;
  // An empty one identifies nothing.
  if (system === '[]') return [];
  const whole = nameOf('whole', system);
  if (system.length < 4 * edge) return [whole];
  // A prompt with the same edges and other tools has two changes; the tools come first in the prompt.
  const text = messages
    .filter(({ role }) => role === 'system')
    .map(({ content }) => content)
    .join('\n');
  const edges = [text.slice(0, edge), text.slice(-edge)];
  return [whole, ...edges.map((each, index) => nameOf(`edge ${index} ${hash(tools)}`, each))];
}

/** The prompt up to the end of its fixed part, and up to the end of each later message. */
function prefixesOf(group: string, { messages, tools: given = [] }: ResolvedChatRequest) {
  const split = countOfSystem(messages);
  const tools = canonical(given) ?? '';
  const system = canonical(messages.slice(0, split)) ?? '';
  let last: Prefix = {
    key: `${hash(group + tools)} ${hash(system)}`,
    tokens: (tools.length + system.length) / perToken,
  };
  const fixed = last;
  const steps = messages.slice(split).map((message) => {
    const text = canonical(message) ?? '';
    last = { key: `${hash(last.key + text)} ${hash(text)}`, tokens: last.tokens + text.length / perToken };
    return last;
  });
  return { tools, system, fixed, steps };
}

/** How many system messages stand before the first turn. */
export function countOfSystem(messages: ResolvedChatRequest['messages']): number {
  const first = messages.findIndex(({ role }) => role !== 'system');
  return first === -1 ? messages.length : first;
}

/** A map that drops the least recently used entries. */
function recentlyUsed<Value>() {
  const values = new Map<string, Value>();
  const set = (key: string, value: Value): void => {
    values.delete(key); // moves it to the end
    values.set(key, value);
    for (const oldest of values.keys()) {
      if (values.size <= most) break;
      values.delete(oldest);
    }
  };
  return {
    get: (key: string): Value | undefined => values.get(key),
    set,
    of(key: string, make: () => Value): Value {
      const value = values.get(key) ?? make();
      set(key, value);
      return value;
    },
  };
}
