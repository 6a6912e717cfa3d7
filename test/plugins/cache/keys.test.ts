import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import type { CallOptions, ChatRequest, EmbedRequest } from 'signalbox';
import { createGenerator } from 'ts-json-schema-generator';
import { describe, expect, it } from 'vitest';
import { canonical } from '../../../src/plugins/cache/keys/canonical.ts';
import { digestWith } from '../../../src/plugins/cache/keys/digest.ts';
import { acme, cached } from './world.ts';

type Variants<T> = { readonly [Field in keyof Required<T>]: readonly T[Field][] | 'not in an entry' };

/** Values of each field of a request that lead to different answers. A new field needs its line here. */
const chatVariants: Variants<ChatRequest> = {
  prompt: ['one', 'two', 'one '],
  system: ['one', 'two', ''],
  messages: [
    [{ role: 'user', content: 'x' }],
    [{ role: 'user', content: 'x', providerOptions: { a: { cacheControl: { type: 'ephemeral' } } } }],
    [{ role: 'user', content: [{ type: 'text', text: 'x' }] }],
    [{ role: 'user', content: [{ type: 'image', image: 'AAAA' }] }],
    [{ role: 'user', content: [{ type: 'image', image: new Uint8Array([0, 0, 0]) }] }],
    [{ role: 'user', content: [{ type: 'image', image: 'AAAA', mediaType: 'image/png' }] }],
    [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: 'y' },
      { role: 'user', content: 'z' },
    ],
    [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: [{ type: 'reasoning', text: 'y' }] },
      { role: 'user', content: 'z' },
    ],
  ],
  schema: [
    { type: 'object' },
    { type: 'object', required: ['a'] },
    { type: 'object', properties: { a: {} } },
  ],
  responseFormat: [{}, { schema: { type: 'object', title: 'x' } }, { name: 'x' }, { description: 'x' }],
  tools: [
    [{ name: 'a', inputSchema: { type: 'object' } }],
    [{ name: 'b', inputSchema: { type: 'object' } }],
    [{ name: 'a', description: 'x', inputSchema: { type: 'object' } }],
    [{ name: 'a', inputSchema: { type: 'object', required: ['x'] } }],
    [{ name: 'a', strict: true, inputSchema: { type: 'object' } }],
  ],
  toolChoice: ['auto', 'none'],
  maxOutputTokens: [10, 100],
  temperature: [0, 0.1],
  topP: [0.1, 1],
  topK: [1, 2],
  stopSequences: [['a'], ['b'], ['a', 'b'], ['b', 'a'], ['ab']],
  seed: [1, 2],
  presencePenalty: [0, 1],
  frequencyPenalty: [0, 1],
  reasoning: ['low', 'high', 'none'],
  providerOptions: [{ a: { x: 1 } }, { a: { x: '1' } }, { b: { x: 1 } }, { a: { x: null } }],
  includeRaw: 'not in an entry',
  origin: [
    { format: 'x', request: { y: 1 } },
    { format: 'x', request: { y: 2 } },
    { format: 'z', request: { y: 1 } },
  ],
};

const embedVariants: Variants<EmbedRequest> = {
  values: [['one'], ['two'], ['one', 'two'], ['three']],
  dimensions: [8, 16],
  providerOptions: [{ a: { x: 1 } }, { a: { x: 2 } }],
  origin: [
    { format: 'x', request: { y: 1 } },
    { format: 'x', request: { y: 2 } },
  ],
};

/** The same for the options of a call. A new option needs its line here: without it, this does not compile. */
const callVariants: {
  readonly [Field in keyof Required<CallOptions>]: readonly CallOptions[Field][] | 'changes no answer';
} = {
  route: ['a', 'b', 'other'],
  only: [['b']],
  targets: [['b', 'a']],
  model: ['a'],
  tenant: ['x', 'y'],
  auth: [
    { vendor: { apiKey: 'key-1' } },
    { vendor: { apiKey: 'key-2' } },
    { vendor: { apiKey: 'key-1', headers: { beta: 'x' } } },
    { vendor: { headers: { beta: 'x' } } },
    { another: { headers: { beta: 'x' } } },
  ],
  history: [{ from: [] }, { from: ['a'] }],
  // The groups of a scope, which has tests of its own; `accept` and guards check a stored answer like any other.
  user: 'changes no answer',
  cache: 'changes no answer',
  accept: 'changes no answer',
  guards: 'changes no answer',
  // Required of the targets that answer: in the key by `PluginHost.onBehalfOf`.
  dataPolicy: 'changes no answer',
  // Added by a plugin of another test.
  regions: 'changes no answer',
  signal: 'changes no answer',
  timeout: 'changes no answer',
  deadline: 'changes no answer',
  window: 'changes no answer',
  maxCost: 'changes no answer',
  session: 'changes no answer',
  tags: 'changes no answer',
  priority: 'changes no answer',
  metadata: 'changes no answer',
  interrupted: 'changes no answer',
  hedge: 'changes no answer',
};

/** The fields of a request type, from the source. */
function fieldsOf(type: 'ChatFields' | 'EmbedFields'): string[] {
  const { definitions = {} } = createGenerator({
    path: fileURLToPath(new URL('../../support/request-type.ts', import.meta.url)),
    tsconfig: fileURLToPath(new URL('../../../tsconfig.json', import.meta.url)),
    type,
    skipTypeCheck: true,
  }).createSchema(type);
  const schema = definitions[type];
  return Object.keys((typeof schema === 'object' && schema.properties) || {});
}

/** Requests that differ in one field. */
function requests<T>(variants: Variants<T>, base: T): T[] {
  const all: T[] = [base];
  for (const field of Object.keys(variants) as (keyof T)[]) {
    const values = variants[field];
    if (values === 'not in an entry') continue;
    for (const value of values) {
      const request = { ...base, [field]: value };
      if (field === 'messages') delete (request as { prompt?: unknown }).prompt;
      all.push(request);
    }
  }
  return all;
}

describe('the key of a request', () => {
  it('has a variant of each field of the request types', () => {
    expect(new Set(Object.keys(chatVariants))).toEqual(new Set(fieldsOf('ChatFields')));
    expect(new Set(Object.keys(embedVariants))).toEqual(new Set(fieldsOf('EmbedFields')));
    expect(fieldsOf('ChatFields')).toContain('seed');
  });

  it('differs with everything that may change the answer', async () => {
    const all = cached({ a: [{ text: '{"a":1}' }] }, { temperature: 2 });
    const asked = requests<ChatRequest>(chatVariants, { prompt: 'base' });
    for (const request of asked) await all.router.chat(request, acme);
    expect(all.calls()).toBe(asked.length);
    for (const request of asked) await all.router.chat(request, acme);
    expect(all.calls()).toBe(asked.length);
  });

  it('differs with every option of a call that may change the answer', async () => {
    const routes = { other: { targets: ['a', 'b'] } };
    const all = cached({ a: [{}], b: [{}] }, {}, { routes });
    const options: CallOptions[] = [acme];
    for (const [name, values] of Object.entries(callVariants))
      if (typeof values !== 'string') options.push(...values.map((value) => ({ ...acme, [name]: value })));
    for (const each of [...options, ...options]) await all.router.chat({ prompt: 'base' }, each);
    expect(all.calls()).toBe(options.length);
  });

  it('differs with everything that may change an embedding', async () => {
    const all = cached({ a: [{}] });
    for (const request of requests<EmbedRequest>(embedVariants, { values: ['base'] })) {
      const before = all.calls();
      await all.router.embed(request, acme);
      // Values are stored one by one.
      const isKnown = request.values.length === 2;
      expect(all.calls() - before, JSON.stringify(request)).toBe(isKnown ? 0 : 1);
    }
  });

  it('is the same for permuted keys of objects, and for fields that are undefined', async () => {
    const all = cached({ a: [{}] });
    await all.router.chat(
      { prompt: 'x', seed: 1, providerOptions: { a: { b: 1, c: [{ d: 1, e: 2 }] } } },
      acme,
    );
    const same = {
      providerOptions: { a: { c: [{ e: 2, d: 1 }], b: 1 } },
      seed: 1,
      prompt: 'x',
      system: undefined,
    };
    await all.router.chat(same as object as ChatRequest, acme);
    expect(all.calls()).toBe(1);
  });
});

/** Values as requests have them. */
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 4 }),
    fc.webUrl().map((url) => new URL(url)),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('any'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).any;

/** Key order reversed, all the way down. */
function permuted(of: unknown): unknown {
  if (Array.isArray(of)) return of.map(permuted);
  if (typeof of !== 'object' || of === null || of instanceof Uint8Array || of instanceof URL) return of;
  return Object.fromEntries(
    Object.entries(of)
      .reverse()
      .map(([key, own]) => [key, permuted(own)]),
  );
}

describe('the canonical form', () => {
  it('is equal for equal values with any order of keys', () => {
    void fc.assert(fc.property(value, (one) => canonical(permuted(one)) === canonical(one)));
  });

  it('differs for different values', () => {
    void fc.assert(
      fc.property(value, value, (one, other) => {
        const isSame = canonical(one) === canonical(other);
        expect(isSame).toBe(isEqual(one, other));
      }),
    );
  });

  it('does not take bytes, links or numbers for the text that looks like them', () => {
    const all = [
      'AAAA',
      new Uint8Array([0, 0, 0]),
      'b"AAAA"',
      new URL('https://x.example/'),
      'https://x.example/',
      1,
      '1',
      1n,
      null,
      'null',
      [],
      {},
      [[]],
      '[]',
      -0,
      0,
    ];
    const forms = all.map(canonical);
    expect(new Set(forms).size).toBe(all.length);
  });

  it('differs for different halves of a character, which have the same bytes', async () => {
    const digest = digestWith('a secret of sixteen');
    const keys = ['\uD800', '\uD801', '\uDC00', '\uFFFD'].map((half) => digest(canonical(half) ?? ''));
    expect(new Set(await Promise.all(keys)).size).toBe(4);
  });

  it('is undefined for values that cannot be compared', () => {
    for (const each of [() => 1, Symbol('x'), new Map(), { a: [() => 1] }])
      expect(canonical(each)).toBeUndefined();
  });
});

function isEqual(one: unknown, other: unknown): boolean {
  try {
    expect(one).toStrictEqual(other);
    return true;
  } catch {
    return false;
  }
}
