import type { Message, ResolvedChatRequest } from 'signalbox';
import { seededRandom } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { floorOf, marked } from '../../../../src/plugins/cache/prompt-cache/markers.ts';
import { reuseMeter } from '../../../../src/plugins/cache/prompt-cache/reuse.ts';

/** US$ per million tokens of Claude Sonnet: https://platform.claude.com/docs/en/about-claude/pricing. */
const price = { input: 3, read: 0.3, write: 3.75 };
const minute = 60_000;

interface Turn {
  readonly at: number;
  readonly request: ResolvedChatRequest;
}

const text = (tokens: number, seed: number): string => `${seed} `.padEnd(tokens * 4, 'lorem ipsum ');

/** A vendor that keeps a marked prefix for five minutes after its last use, and finds the longest one it has. */
function vendor() {
  const kept = new Map<string, number>();
  return ({ at, request }: Turn): number => {
    const { messages, providerOptions } = request;
    let key = '';
    let tokens = 0;
    const prefixes = messages.map((message, index) => {
      const content = String(message.content);
      // A text begins with its number.
      key += `${message.role} ${content.slice(0, 12)} ${content.length};`;
      tokens += content.length / 4;
      const isMarked =
        message.providerOptions?.['anthropic']?.['cacheControl'] !== undefined ||
        (index === messages.length - 1 && providerOptions?.['anthropic']?.['cache_control'] !== undefined);
      return { key, tokens, isMarked };
    });
    const all = prefixes.at(-1)?.tokens ?? 0;
    const last = prefixes.findLast(({ isMarked }) => isMarked);
    if (last === undefined || last.tokens < 1_024) return (all * price.input) / 1_000_000;
    const reach = prefixes.slice(0, prefixes.indexOf(last) + 1);
    const found = reach.findLast(({ key }) => at - (kept.get(key) ?? Number.NEGATIVE_INFINITY) <= 5 * minute);
    const read = found?.tokens ?? 0;
    if (found !== undefined) kept.set(found.key, at);
    for (const { key, isMarked } of reach) if (isMarked) kept.set(key, at);
    return (
      (read * price.read + (last.tokens - read) * price.write + (all - last.tokens) * price.input) / 1_000_000
    );
  };
}

interface Costs {
  readonly plain: number;
  readonly marked: number;
}

function play(turns: readonly Turn[]): Costs {
  const meter = reuseMeter();
  const [without, withMarkers] = [vendor(), vendor()];
  let plain = 0;
  let own = 0;
  for (const turn of turns.toSorted((a, b) => a.at - b.at)) {
    plain += without(turn);
    const reuse = meter.see('g', 'r', turn.request, turn.at);
    own += withMarkers({
      ...turn,
      request: marked(turn.request, reuse, floorOf(['claude-sonnet-5']), 'k') ?? turn.request,
    });
  }
  return { plain, marked: own };
}

interface Traffic {
  readonly sessions: number;
  readonly turns: number;
  readonly system: number;
  readonly isShared: boolean;
  readonly turn: number;
  /** Milliseconds between turns, and between sessions. */
  readonly between: number;
  readonly arrival: number;
}

function traffic(
  { sessions, turns, system, isShared, turn, between, arrival }: Traffic,
  seed: number,
): readonly Turn[] {
  const random = seededRandom(seed);
  return Array.from({ length: sessions }, (_, session) => {
    const messages: Message[] = [{ role: 'system', content: text(system, isShared ? 0 : session + 1) }];
    let at = session * arrival * (0.5 + random());
    return Array.from({ length: turns }, (_unused, index): Turn => {
      messages.push({ role: 'user', content: text(turn, session * 1_000 + index) });
      const asked = { at, request: { messages: [...messages] } };
      messages.push({ role: 'assistant', content: text(turn, session * 1_000 + index + 500) });
      at += between * (0.5 + random());
      return asked;
    });
  }).flat();
}

const base: Traffic = {
  sessions: 200,
  turns: 1,
  system: 2_000,
  isShared: true,
  turn: 300,
  between: minute,
  arrival: 30_000,
};

describe('markers of prompt caches', () => {
  it.each<[string, Partial<Traffic>]>([
    ['each prompt is new', { isShared: false }],
    ['the shared part comes back too late', { arrival: 20 * minute }],
    ['the shared part is below the floor', { system: 300 }],
    [
      'conversations go on too slowly',
      { isShared: false, sessions: 40, turns: 8, between: 20 * minute, arrival: 60 * minute },
    ],
    ['there are few requests', { sessions: 9 }],
    ['long prompts are new', { isShared: false, system: 20_000 }],
  ])('cost at most a hundredth more where they do not pay: %s', (_, more) => {
    for (let seed = 0; seed < 3; seed++) {
      const { plain, marked: own } = play(traffic({ ...base, ...more }, seed));
      expect(own).toBeLessThanOrEqual(plain * 1.01);
    }
  });

  it.each<[string, Partial<Traffic>, number]>([
    ['a shared system prompt', {}, 0.5],
    ['a long shared system prompt', { system: 20_000 }, 0.25],
    ['conversations', { isShared: false, sessions: 40, turns: 10, turn: 800 }, 0.6],
    ['conversations with a shared system prompt', { sessions: 40, turns: 10, turn: 800 }, 0.5],
  ])('save where the reuse is real: %s', (_, more, most) => {
    for (let seed = 0; seed < 3; seed++) {
      const { plain, marked: own } = play(traffic({ ...base, ...more }, seed));
      expect(own / plain).toBeLessThan(most);
    }
  });

  it('stop when the reuse stops', () => {
    const busy = traffic(base, 1);
    const end = Math.max(...busy.map(({ at }) => at));
    const quiet = traffic({ ...base, isShared: false, sessions: 300 }, 2).map((turn) => ({
      ...turn,
      at: turn.at + end,
    }));
    const before = play(busy);
    const all = play([...busy, ...quiet]);
    // What was saved before is not lost by learning that it has stopped.
    expect(all.marked).toBeLessThan(all.plain);
    expect(before.marked).toBeLessThan(before.plain);
  });
});
