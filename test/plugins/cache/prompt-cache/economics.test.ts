import {
  type ChatRequest,
  createRouter,
  type Message,
  type ResolvedChatRequest,
  type Usage,
} from 'signalbox';
import { cache, type PromptCacheStats } from 'signalbox/cache';
import {
  type Call,
  scriptedProvider,
  seededRandom,
  type VirtualClock,
  virtualClock,
} from 'signalbox/testing';
import { describe, expect, it } from 'vitest';

/** US$ per million tokens of Claude Sonnet: https://platform.claude.com/docs/en/about-claude/pricing. */
const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
const minute = 60_000;
/** Milliseconds to an answer. */
const latency = 2_000;

/** A vendor's rules: the markers that it reads, whether it marks the end of each prompt, and how long it keeps a prefix. */
interface Rules {
  readonly provider: 'anthropic' | 'openai';
  readonly model: string;
  readonly price: typeof price;
  readonly keptFor: number;
  /** Whether it reads and writes without markers, at the end of each prompt. */
  readonly marksEnd: boolean;
}

/** https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
const claude: Rules = {
  provider: 'anthropic',
  model: 'claude-sonnet-5',
  price,
  keptFor: 5 * minute,
  marksEnd: false,
};
/** Reads a tenth of the input's price, writes 1.25 times it: https://developers.openai.com/api/docs/guides/prompt-caching. */
const gpt: Rules = {
  provider: 'openai',
  model: 'gpt-5.6',
  price: { input: 2, output: 8, cacheRead: 0.2, cacheWrite: 2.5 },
  keptFor: 30 * minute,
  marksEnd: true,
};

type Ask = Required<Pick<ChatRequest, 'messages'>>;

interface Turn {
  readonly at: number;
  readonly request: Ask;
}

const text = (tokens: number, seed: number): string => `${seed} `.padEnd(tokens * 4, 'lorem ipsum ');

/**
 * A vendor that keeps a marked prefix for some time after its last use, finds the longest one that it has, and has one only when the
 * answer that wrote it has arrived.
 */
function vendor(clock: VirtualClock, { keptFor, marksEnd }: Rules) {
  const kept = new Map<string, { readonly from: number; readonly last: number }>();
  return ({ messages, providerOptions }: ResolvedChatRequest): Usage => {
    const at = clock.now();
    let key = '';
    let tokens = 0;
    const prefixes = messages.map((message, index) => {
      const content = typeof message.content === 'string' ? message.content : JSON.stringify(message.content);
      // A text begins with its number.
      key += `${message.role} ${content.slice(0, 40)} ${content.length};`;
      tokens += Math.round(content.length / 4);
      const isMarked =
        message.providerOptions?.['anthropic']?.['cacheControl'] !== undefined ||
        message.providerOptions?.['openai']?.['prompt_cache_breakpoint'] !== undefined ||
        (index === messages.length - 1 &&
          (marksEnd || providerOptions?.['anthropic']?.['cacheControl'] !== undefined));
      return { key, tokens, isMarked };
    });
    const counted = { inputTokens: tokens, outputTokens: 0 };
    const last = prefixes.findLast(({ isMarked }) => isMarked);
    if (last === undefined || last.tokens < 1_024) return { ...counted, cacheReadTokens: 0 };
    const isKept = (prefix: string): boolean => {
      const entry = kept.get(prefix);
      return entry !== undefined && entry.from <= at && at - entry.last <= keptFor;
    };
    const reach = prefixes.slice(0, prefixes.indexOf(last) + 1);
    const found = reach.findLast((prefix) => isKept(prefix.key));
    const read = found?.tokens ?? 0;
    for (const prefix of reach) {
      if (!prefix.isMarked && prefix !== found) continue;
      const pending = kept.get(prefix.key)?.from ?? 0;
      const from = isKept(prefix.key) ? 0 : pending > at ? pending : at + latency;
      kept.set(prefix.key, { from, last: at });
    }
    return { ...counted, cacheReadTokens: read, cacheWriteTokens: last.tokens - read };
  };
}

interface Costs {
  readonly plain: number;
  readonly marked: number;
  readonly report: PromptCacheStats | undefined;
}

/** US$ that the vendor bills, with and without markers. */
async function play(turns: readonly Turn[], rules = claude): Promise<Costs> {
  const [plain, marked] = [
    await bill(turns, [], rules),
    await bill(turns, [cache({ promptCache: 'auto' })], rules),
  ];
  return { plain: plain.usd, marked: marked.usd, report: marked.report };
}

async function bill(turns: readonly Turn[], plugins: readonly ReturnType<typeof cache>[], rules: Rules) {
  const clock = virtualClock();
  const usageOf = vendor(clock, rules);
  const answer = (call: Call) => ({ usage: 'messages' in call ? usageOf(call) : {}, delay: latency });
  const provider = scriptedProvider(rules.provider, answer, clock);
  const target = { provider, model: rules.model, id: 'a', price: rules.price };
  const router = createRouter({ targets: [target], plugins, clock, catalog: false });
  let usd = 0;
  const failures: unknown[] = [];
  for (const { at, request } of turns)
    clock.after(at, () => {
      const asked = router.chat(request, plugins.length === 0 ? {} : { cache: false });
      asked.then(
        ({ cost }) => {
          usd += cost?.total ?? Number.NaN;
        },
        (error: unknown) => failures.push(error),
      );
    });
  await clock.advance(0); // loads the router's parts, which takes real time
  while (await clock.next()) {}
  expect(failures.map(String)).toEqual([]);
  const report = router.stats()[0]?.promptCache?.['default'];
  await router.close();
  return { usd, report };
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

const unpaid: readonly [string, Partial<Traffic>][] = [
  ['each prompt is new', { isShared: false }],
  ['the shared part comes back too late', { arrival: 20 * minute }],
  ['the shared part is below the floor', { system: 300 }],
  [
    'conversations go on too slowly',
    { isShared: false, sessions: 40, turns: 8, between: 20 * minute, arrival: 60 * minute },
  ],
  ['there are few requests', { sessions: 9 }],
  ['long prompts are new', { isShared: false, system: 20_000 }],
  ['all come at once', { arrival: 1, sessions: 300 }],
  ['the same number of them each hour', { arrival: 1, turns: 6, between: 60 * minute, sessions: 50 }],
];

describe('breakpoints of OpenAI', () => {
  it.each([...unpaid, ['the shared part comes back after an hour', { arrival: 60 * minute }] as const])(
    'never cost more, as it writes each prompt anyway: %s',
    async (_, more) => {
      const { plain, marked } = await play(traffic({ ...base, ...more }, 0), gpt);
      expect(marked).toBeLessThanOrEqual(plain);
    },
  );

  it.each<[string, Partial<Traffic>, number]>([
    ['a shared system prompt', {}, 0.4],
    ['a shared system prompt that Anthropic would have dropped', { arrival: 15 * minute }, 0.5],
    ['conversations with a shared system prompt', { sessions: 100, turns: 3, turn: 200 }, 0.9],
  ])('save where the reuse is real: %s', async (_, more, most) => {
    for (let seed = 0; seed < 3; seed++) {
      const { plain, marked } = await play(traffic({ ...base, ...more }, seed), gpt);
      expect(marked / plain).toBeLessThan(most);
    }
  });
});

describe('markers of prompt caches', () => {
  it.each(unpaid)('cost at most a hundredth more where they do not pay: %s', async (_, more) => {
    for (let seed = 0; seed < 3; seed++) {
      const { plain, marked } = await play(traffic({ ...base, ...more }, seed));
      expect(marked).toBeLessThanOrEqual(plain * 1.01);
    }
  });

  it.each<[string, Partial<Traffic>, number]>([
    ['a shared system prompt', {}, 0.5],
    ['a long shared system prompt', { system: 20_000 }, 0.25],
    ['conversations', { isShared: false, sessions: 40, turns: 10, turn: 800 }, 0.6],
    ['conversations with a shared system prompt', { sessions: 40, turns: 10, turn: 800 }, 0.5],
  ])('save where the reuse is real: %s', async (_, more, most) => {
    for (let seed = 0; seed < 3; seed++) {
      const { plain, marked, report } = await play(traffic({ ...base, ...more }, seed));
      expect(marked / plain).toBeLessThan(most);
      expect(report?.savedCost).toBeCloseTo(plain - marked, 6);
    }
  });

  it('stop when the reuse stops', async () => {
    const busy = traffic(base, 1);
    const end = Math.max(...busy.map(({ at }) => at));
    const quiet = traffic({ ...base, isShared: false, sessions: 300 }, 2).map((turn) => ({
      ...turn,
      at: turn.at + end,
    }));
    const before = await play(busy);
    const all = await play([...busy, ...quiet]);
    // What was saved before is not lost by learning that it has stopped.
    expect(all.marked).toBeLessThan(all.plain);
    expect(before.marked).toBeLessThan(before.plain);
  });
});
