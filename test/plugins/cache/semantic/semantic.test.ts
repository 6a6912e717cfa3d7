import { createRouter } from 'signalbox';
import { cache, type SemanticIndex, type SemanticOptions } from 'signalbox/cache';
import { type Script, scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { agree, lexiconOf } from '../../../../src/plugins/cache/semantic/lexical-guard.ts';
import { heldOut } from './held-out.ts';
import { allPairs, embed, faintWordsOf, type Pair } from './pairs.ts';
import { pairsOf, reworded } from './reworded.ts';
import { fromTheClub, fromTheHouse } from './reworded-more.ts';

const acme = { tenant: 'acme', route: 'help' } as const;

/** A router that compares questions of the route `help`. */
function comparing(options: Partial<SemanticOptions> = {}, embedding: Partial<Script> = {}) {
  const clock = virtualClock();
  const asked: string[] = [];
  const model = scriptedProvider(
    'model',
    (call) => {
      const last = 'messages' in call ? call.messages.at(-1)?.content : '';
      asked.push(typeof last === 'string' ? last : JSON.stringify(last));
      return { text: `answer ${asked.length}` };
    },
    clock,
  );
  const embedder = scriptedProvider(
    'embedder',
    (call) => ({
      embeddings: 'values' in call ? call.values.map((value) => embed(value)) : [],
      ...embedding,
    }),
    clock,
  );
  const own = cache({ semantic: { routes: ['help'], embed: 'embedder', ...options } });
  const price = { input: 1, output: 1 };
  const router = createRouter({
    targets: [
      { provider: model, model: 'm', id: 'model', price, capabilities: { embeddings: false } },
      { provider: embedder, model: 'e', id: 'embedder', price, capabilities: { chat: false } },
    ],
    routes: { help: { targets: ['model'] }, other: { targets: ['model'] } },
    plugins: [own],
    clock,
  });
  const errors: unknown[] = [];
  router.on('plugin-error', ({ error }) => errors.push(error));
  return { router, clock, asked, cache: own, errors, embedder };
}

const cosine = (a: readonly number[], b: readonly number[]): number => {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

interface Measured {
  readonly precision: number;
  readonly recall: number;
}

function measure(pairs: readonly Pair[], isHit: (pair: Pair) => boolean): Measured {
  const hits = pairs.filter(isHit);
  const right = hits.filter(({ isSame }) => isSame).length;
  const same = pairs.filter(({ isSame }) => isSame).length;
  return { precision: hits.length === 0 ? 1 : right / hits.length, recall: right / same };
}

const guarded = (pair: Pair): boolean => agree(lexiconOf(pair.one), lexiconOf(pair.other));

/** The pairs of a set that a threshold finds close. */
function nearness(pairs: readonly Pair[], faint: ReadonlySet<string> | undefined) {
  const score = new Map(
    pairs.map((pair) => [pair, cosine(embed(pair.one, faint), embed(pair.other, faint))]),
  );
  return (pair: Pair, threshold: number): boolean => (score.get(pair) ?? 0) >= threshold;
}

const written = [...pairsOf(reworded), ...pairsOf(fromTheClub), ...pairsOf(fromTheHouse)];
const unseen = pairsOf(heldOut);
const sets = [
  ['made from templates', allPairs(), undefined],
  ['written, and used to adjust the guard', written, faintWordsOf(written)],
  ['held out', unseen, faintWordsOf(unseen)],
] as const;

describe.each(sets)('pairs of questions, %s', (name, pairs, faint) => {
  const near = nearness(pairs, faint);

  it('are many, with near misses of each kind', () => {
    expect(pairs.length).toBeGreaterThanOrEqual(name === 'held out' ? 150 : 300);
    for (const kind of ['number', 'name', 'negation', 'unit', 'date', 'language', 'quote', 'direction'])
      expect(pairs.filter((pair) => pair.kind === kind).length, kind).toBeGreaterThanOrEqual(2);
  });

  it('are distinguished with a precision of at least 0.99 at the default, and by the guard alone', () => {
    const show = ({ precision, recall }: Measured) => `${precision.toFixed(3)} / ${recall.toFixed(3)}`;
    const alone = measure(pairs, guarded);
    console.log(`${pairs.length} pairs, ${name}: precision / recall of the guard alone ${show(alone)}`);
    for (const threshold of [0.8, 0.85, 0.9, 0.95]) {
      const plain = measure(pairs, (pair) => near(pair, threshold));
      const own = measure(pairs, (pair) => near(pair, threshold) && guarded(pair));
      console.log(`cosine ${threshold}: plain ${show(plain)}, with the guard ${show(own)}`);
      expect(own.precision).toBeGreaterThanOrEqual(0.99);
      expect(plain.precision).toBeLessThan(0.9);
    }
    expect(alone.precision).toBeGreaterThanOrEqual(0.99);
    expect(alone.recall).toBeGreaterThanOrEqual(0.5);
  });
});

/** The guard knows no words of these languages but their negations: what differs keeps questions apart. */
const inOtherLanguages: readonly (readonly [kind: string, one: string, other: string])[] = [
  ['number', 'Wie viel kosten 3 Fahrkarten?', 'Wie viel kosten 5 Fahrkarten?'],
  ['number', 'Combien coûtent deux billets ?', 'Combien coûtent trois billets ?'],
  ['name', 'Wie hoch ist der Brocken?', 'Wie hoch ist der Watzmann?'],
  ['name', '¿Quién es el alcalde de Sevilla?', '¿Quién es el alcalde de Málaga?'],
  ['negation', 'Darf ich hier parken?', 'Darf ich hier nicht parken?'],
  ['negation', 'Welche Pilze sind giftig?', 'Welche Pilze sind keine giftigen?'],
  ['negation', 'Quels fromages sont faits avec présure ?', 'Quels fromages sont faits sans présure ?'],
  ['negation', '¿Qué vuelos tienen escala?', '¿Qué vuelos no tienen escala?'],
  ['negation', 'Quali treni fermano a Lodi?', 'Quali treni non fermano a Lodi?'],
  ['unit', 'Wie viel sind 10 Meilen in Kilometern?', 'Wie viel sind 10 Meilen in Metern?'],
  ['unit', 'Combien pèse un litre de lait en grammes ?', 'Combien pèse un litre de lait en onces ?'],
  ['date', 'Was geschah am 3. Mai 1945?', 'Was geschah am 8. Mai 1945?'],
  ['date', '¿Qué días abre el museo en enero?', '¿Qué días abre el museo en junio?'],
  ['language', 'Wie sagt man danke auf Polnisch?', 'Wie sagt man danke auf Finnisch?'],
  ['opposite', 'Wie schalte ich das Licht an?', 'Wie schalte ich das Licht aus?'],
  ['script', '富士山の高さは何メートルですか', '富士山の高さは何フィートですか'],
  ['script', 'Сколько стоит билет в Киев?', 'Сколько стоит билет в Минск?'],
  ['script', 'كم عدد سكان القاهرة؟', 'كم عدد سكان بغداد؟'],
  ['digit', 'كم ثمن ٣ تذاكر؟', 'كم ثمن ٥ تذاكر؟'],
  ['digit', '५ टिकट कितने के हैं?', '७ टिकट कितने के हैं?'],
  ['vowel sign', 'पिता कहाँ हैं?', 'पीता कहाँ हैं?'],
];

/** Questions about what is neither a word nor a number. */
const aboutSymbols: readonly (readonly [one: string, other: string])[] = [
  ['What does 😀 mean?', 'What does 😡 mean?'],
  ['What does # mean in Python?', 'What does @ mean in Python?'],
  ['What is ~ in bash?', 'What is \\ in bash?'],
  ['What does ! do in a regex?', 'What does ? do in a regex?'],
  ['What does ♔ stand for?', 'What does ♕ stand for?'],
  ['Is ≤ the same as <?', 'Is ≥ the same as <?'],
  ['What does [ mean in shell?', 'What does { mean in shell?'],
  ['What is it?', 'What is this?'],
  ['???', '!!!'],
];

describe('questions in other languages than English', () => {
  it.each(inOtherLanguages)('are kept apart: another %s: %s | %s', (_, one, other) => {
    expect(agree(lexiconOf(one), lexiconOf(other))).toBe(false);
  });

  it.each(aboutSymbols)('are kept apart, as are questions about other symbols: %s | %s', (one, other) => {
    expect(agree(lexiconOf(one), lexiconOf(other))).toBe(false);
  });

  it('match if they have the same words', () => {
    expect(agree(lexiconOf('Wie hoch ist der Brocken?'), lexiconOf('wie hoch ist der Brocken'))).toBe(true);
    expect(agree(lexiconOf('¿Qué días abre el museo?'), lexiconOf('Qué días abre el museo'))).toBe(true);
  });
});

describe('pairs of questions', () => {
  it('get the same verdict from the router as from the rule', async () => {
    const pairs = allPairs();
    const near = nearness(pairs, undefined);
    for (const pair of pairs.filter((_, index) => index % 10 === 0)) {
      const { router } = comparing();
      await router.chat({ prompt: pair.one }, acme);
      const { decision } = await router.chat({ prompt: pair.other }, acme);
      expect(decision?.lookup !== undefined, `${pair.one} | ${pair.other}`).toBe(
        near(pair, 0.95) && guarded(pair),
      );
    }
  });
});

const one = { prompt: 'How do I sort a list in python?' };
const other = { prompt: 'What is the way to sort a list in python?' };

describe('a question that means the same', () => {
  it('gets the earlier answer, as a chat and as a stream', async () => {
    const { router, asked } = comparing();
    await router.chat(one, acme);
    const hit = await router.chat(other, acme);
    expect(hit).toMatchObject({ text: 'answer 1', cost: { total: 0 } });
    expect(hit.decision).toMatchObject({
      lookup: { plugin: 'cache', source: 'hit' },
      notes: [{ facts: { semantic: 'hit' } }],
    });
    const stream = await router.stream(other, acme);
    expect((await stream.result).text).toBe('answer 1');
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['another tenant', { prompt: other.prompt }, { tenant: 'b' }],
    ['another route', { prompt: other.prompt }, { route: 'other' as const }],
    ['another system', { ...other, system: 'x' }, {}],
    ['another setting', { ...other, seed: 1 }, {}],
    ['another schema', { ...other, responseFormat: {} }, {}],
    ['other tools', { ...other, tools: [{ name: 'x', inputSchema: {} }] }, {}],
    [
      'other turns before',
      {
        messages: [
          { role: 'user' as const, content: 'x' },
          { role: 'assistant' as const, content: 'y' },
          { role: 'user' as const, content: other.prompt },
        ],
      },
      {},
    ],
    ['no cache', { ...other }, { cache: false as const }],
  ])('does not with %s', async (_, request, options) => {
    const { router, asked } = comparing();
    await router.chat(one, acme);
    await router.chat(request, { ...acme, ...options });
    expect(asked).toHaveLength(2);
  });

  it('does not when it is longer than a question may be, or holds more than text', async () => {
    const { router, asked, embedder } = comparing({ maxCharacters: 10 });
    await router.chat(one, acme);
    await router.chat(other, acme);
    expect(asked).toHaveLength(2);
    expect(embedder.embedCalls).toHaveLength(0);
    const image = comparing();
    const content = [
      { type: 'text' as const, text: one.prompt },
      { type: 'image' as const, image: 'AAAA' },
    ];
    await image.router.chat({ messages: [{ role: 'user', content }] }, acme);
    expect(image.embedder.embedCalls).toHaveLength(0);
  });

  it('is a miss when its embedding takes too long or fails, which is an event', async () => {
    for (const embedding of [{ delay: 5_000 }, { error: { kind: 'bad-request' as const } }]) {
      const { router, asked, clock, errors } = comparing({ timeout: 200 }, embedding);
      const chat = router.chat(one, acme);
      await clock.advance(250);
      expect((await chat).text).toBe('answer 1');
      expect(asked).toHaveLength(1);
      expect(errors).toHaveLength(1);
    }
  });

  it('is only counted and judged with `shadow`', async () => {
    const judged: unknown[] = [];
    const {
      router,
      asked,
      cache: own,
    } = comparing({
      shadow: true,
      judge: (pair) => {
        judged.push(pair);
        return true;
      },
    });
    await router.chat(one, acme);
    const second = await router.chat(other, acme);
    expect(second.text).toBe('answer 2');
    expect(second.decision?.notes).toMatchObject([
      { facts: { semantic: 'would-be' } },
      { facts: { cache: 'miss' } },
    ]);
    expect(asked).toHaveLength(2);
    expect(judged).toMatchObject([{ question: other.prompt, earlier: one.prompt, answer: 'answer 1' }]);
    expect(own.semanticStats()).toEqual({ compared: 2, hits: 1, guarded: 0, judged: 1, right: 1 });
  });

  it('is counted when the guard keeps it apart', async () => {
    const { router, cache: own } = comparing();
    await router.chat({ prompt: 'Does the warranty cover damage after 6 months?' }, acme);
    await router.chat({ prompt: 'Does the warranty cover damage after 12 months?' }, acme);
    expect(own.semanticStats()).toMatchObject({ compared: 2, hits: 0, guarded: 1 });
  });

  it('is looked up in the application’s index, whose failures are misses', async () => {
    const added: unknown[] = [];
    const broken: SemanticIndex = {
      search: () => Promise.reject(new Error('down')),
      add: (partition, item) => void added.push([partition, item]),
    };
    const { router, errors } = comparing({ index: broken });
    await router.chat(one, acme);
    expect((await router.chat(other, acme)).text).toBe('answer 2');
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(added)).not.toContain('acme');
  });

  it('is gone with the entry of its answer', async () => {
    const { router, asked, cache: own } = comparing();
    await router.chat(one, acme);
    await own.invalidate({ scope: 'acme' });
    await router.chat(other, acme);
    expect(asked).toHaveLength(2);
  });

  it.each([
    { routes: 'x' },
    { embed: 1 },
    { threshold: 2 },
    { timeout: 0 },
    { judge: 1 },
    { index: {} },
    { other: 1 },
  ])('has its options checked: %j', (wrong) => {
    expect(() => comparing(wrong as never)).toThrow('cache.semantic');
  });
});
