import fc from 'fast-check';
import { type ChatRequest, createRouter, type JSONSchema, type Router, type Schema } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { toChatModel } from 'signalbox/langchain';
import { toFetch } from 'signalbox/openai-fetch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Behavior, type FaultServer, faultServer, json } from '../support/fault-server.ts';
import { outcome, read } from '../support/requests.ts';
import { nativeSchema, schemaRefusal } from '../support/schema-refusals.ts';
import { answerWith } from '../support/vendor-answers.ts';
import { type InterfaceName, interfaces } from '../wire/interfaces.ts';

/** Each with a model that has its vendor's own mode. */
const models: Partial<Record<InterfaceName, string>> = {
  openai: 'gpt-5-mini',
  'openai-responses': 'gpt-5-mini',
  anthropic: 'claude-haiku-4-5',
  google: 'gemini-2.5-flash',
  compatible: 'm',
  azure: 'gpt-5-mini',
  xai: 'grok-4',
  groq: 'openai/gpt-oss-20b',
};
const names = Object.keys(models) as InterfaceName[];

const Node: z.ZodType<{ name: string; next: unknown }> = z.object({
  name: z.string(),
  get next() {
    return Node.nullable();
  },
});

/** Schemas, each with a value that it allows. `native`: whether every vendor's own mode can express it. */
const cases: readonly (readonly [name: string, schema: Schema, value: unknown, native?: boolean])[] = [
  ['z.int()', z.object({ n: z.int() }), { n: 3 }, true],
  ['bounds of a number', z.object({ n: z.number().min(1).max(5).multipleOf(0.5) }), { n: 2.5 }, true],
  ['bounds of a text', z.object({ t: z.string().min(2).max(4).regex(/^a/) }), { t: 'abc' }, true],
  ['format: uri', z.object({ u: z.url() }), { u: 'https://a.b/' }, true],
  ['format: email, with a pattern', z.object({ e: z.email() }), { e: 'a@b.co' }, true],
  [
    'an unknown format',
    { type: 'object', properties: { f: { type: 'string', format: 'iban' } }, required: ['f'] },
    { f: 'x' },
    true,
  ],
  [
    'a pattern that looks ahead',
    { type: 'object', properties: { p: { type: 'string', pattern: '^(?=a).*$' } }, required: ['p'] },
    { p: 'ab' },
    true,
  ],
  ['lengths of a list', z.object({ l: z.array(z.string()).min(2).max(3) }), { l: ['a', 'b'] }, true],
  [
    'no two alike',
    {
      type: 'object',
      properties: { l: { type: 'array', items: { type: 'string' }, uniqueItems: true } },
      required: ['l'],
    },
    { l: ['a'] },
    true,
  ],
  [
    'a discriminated union',
    z.object({
      u: z.discriminatedUnion('k', [
        z.object({ k: z.literal('a') }),
        z.object({ k: z.literal('b'), x: z.int() }),
      ]),
    }),
    { u: { k: 'b', x: 1 } },
    true,
  ],
  ['a literal that is no text', z.object({ l: z.literal(true) }), { l: true }, true],
  ['null', z.object({ n: z.string().nullable(), m: z.null() }), { n: null, m: null }, true],
  [
    'an enum with null',
    { type: 'object', properties: { e: { enum: ['a', null] } }, required: ['e'] },
    { e: null },
    true,
  ],
  ['a tuple', z.object({ t: z.tuple([z.string(), z.number()]) }), { t: ['a', 1] }, true],
  [
    'definitions',
    {
      type: 'object',
      definitions: { D: { type: 'string' } },
      properties: { d: { $ref: '#/definitions/D' } },
      required: ['d'],
    },
    { d: 'a' },
    true,
  ],
  [
    'a root that is a reference',
    {
      $ref: '#/$defs/R',
      $defs: { R: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] } },
    },
    { a: 'b' },
    true,
  ],
  [
    'an intersection',
    {
      type: 'object',
      allOf: [
        { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
        { type: 'object', properties: { b: { type: 'string' } }, required: ['b'] },
      ],
    },
    { a: 'x', b: 'y' },
    true,
  ],
  [
    'an object that says nothing of others',
    { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
    { a: 'x' },
    true,
  ],
  [
    'annotations',
    {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: { a: { type: 'string', examples: ['x'], deprecated: true, default: 'y' } },
      required: ['a'],
    },
    { a: 'x' },
    true,
  ],
  [
    'not',
    { type: 'object', properties: { a: { type: 'string', not: { const: 'b' } } }, required: ['a'] },
    { a: 'x' },
    true,
  ],
  ['a property that may be left out', z.object({ a: z.string().optional(), b: z.string() }), { b: 'x' }],
  ['a default', z.object({ a: z.string().default('x') }), { a: 'y' }],
  ['a record', z.object({ r: z.record(z.string(), z.number()) }), { r: { a: 1 } }],
  ['anything', z.object({ a: z.any() }), { a: [1] }],
  ['an object of anything', { type: 'object' }, { a: 1 }],
  ['one that refers to itself', Node, { name: 'a', next: { name: 'b', next: null } }],
  ['a list at the root', z.array(z.string()), ['a']],
  ['a union at the root', z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]), { b: 'x' }],
  ['an enum at the root', z.enum(['a', 'b']), 'a'],
  [
    'a property that another one asks for',
    {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      required: ['a'],
      dependentRequired: { b: ['a'] },
    },
    { a: 'x' },
  ],
  [
    'patterns of names',
    { type: 'object', properties: {}, patternProperties: { '^x-': { type: 'string' } } },
    { 'x-a': 'b' },
  ],
  ['depth', { type: 'object', properties: { a: nested(12) }, required: ['a'] }, { a: value(12) }],
];

function nested(depth: number): JSONSchema {
  if (depth === 0) return { type: 'string' };
  return { type: 'object', properties: { a: nested(depth - 1) }, required: ['a'] };
}
function value(depth: number): unknown {
  return depth === 0 ? 'x' : { a: value(depth - 1) };
}

/** A vendor that refuses what its documentation says that it refuses, and else answers with a value. */
function vendor(name: InterfaceName, answer: unknown): Behavior {
  return (response, received) => {
    const refusal = schemaRefusal(name, received.body);
    const body = { error: { type: 'invalid_request_error', message: refusal } };
    return (refusal === undefined ? answerWith(name, JSON.stringify(answer)) : json(body, 400))(
      response,
      received,
    );
  };
}

describe('a schema is sent in what the vendor’s own mode takes', () => {
  let server: FaultServer;
  const routers = new Map<InterfaceName, Router>();
  beforeAll(async () => {
    server = await faultServer();
    for (const name of names) {
      const target = {
        provider: interfaces[name]({ baseURL: server.url }),
        model: models[name] ?? '',
        price: { input: 0, output: 0 },
      };
      routers.set(name, createRouter({ targets: [target], retry: false }));
    }
  });
  afterAll(() => server.close());

  const routerOf = (name: InterfaceName): Router => routers.get(name) as Router;
  const ask = async (name: InterfaceName, request: ChatRequest, answer: unknown) => {
    server.behave(vendor(name, answer));
    server.received.length = 0;
    const router = routerOf(name);
    const whole = await router.chat(request);
    const stream = await router.stream(request);
    await read(stream);
    return { whole, streamed: await stream.result, bodies: server.received.map(({ body }) => body) };
  };

  describe.each(cases.map((each) => [each[0], each] as const))('%s', (_, each) => {
    const [, schema, wanted, native] = each;
    it.each(names)('%s', async (name) => {
      const { whole, streamed, bodies } = await ask(name, { prompt: 'Hi', schema }, wanted);
      expect(whole.object).toEqual(wanted);
      expect(streamed.object).toEqual(wanted);
      expect(bodies).toHaveLength(2);
      if (native !== true) return;
      for (const body of bodies) expect(nativeSchema(body)?.strict).not.toBe(false);
      for (const body of bodies) expect(nativeSchema(body)).toBeDefined();
    });
  });

  it.each(names)('what is taken out is still read by the model and checked here: %s', async (name) => {
    const schema = z.object({ n: z.int().min(10), u: z.url().describe('Where') });
    server.behave(vendor(name, { n: 3, u: 'https://a.b/' }));
    server.received.length = 0;
    const settled = await outcome(routerOf(name).chat({ prompt: 'Hi', schema }));
    expect(settled).toMatchObject({ error: { code: 'output', issues: ['n does not match the schema'] } });
    const sent = JSON.stringify(server.received[0]?.body);
    expect(sent).toMatch(/minimum/);
    expect(sent).not.toMatch(/9007199254740991.{0,30}\)"/);
  });

  it('no schema of zod’s is ever refused', async () => {
    const leaf = fc.constantFrom<z.ZodType>(
      z.string(),
      z.int(),
      z.number().positive(),
      z.boolean(),
      z.null(),
      z.url(),
      z.uuid(),
      z.iso.date(),
      z.enum(['a', 'b']),
      z.literal(1),
      z.string().min(1).max(9),
      z.any(),
      z.never().nullable(),
      z.literal(['a', 2, null]),
    );
    const { schema } = fc.letrec<{ schema: z.ZodType }>((tie) => ({
      schema: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        tie('schema').map((inner) => z.array(inner)),
        tie('schema').map((inner) => inner.nullable()),
        tie('schema').map((inner) => z.record(z.string(), inner)),
        fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => z.union([a, b])),
        fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => z.tuple([a, b])),
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('schema')).map((shape) => z.object(shape)),
        fc.dictionary(fc.constantFrom('a', 'b'), tie('schema')).map((shape) => z.object(shape).partial()),
        tie('schema').map((inner) => z.looseObject({ a: inner })),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), schema, async (name, made) => {
        server.behave(vendor(name, 'never mind'));
        const settled = await outcome(
          routerOf(name).chat({
            prompt: 'Hi',
            responseFormat: {
              schema: z.toJSONSchema(made, { io: 'input', target: 'draft-7' }) as JSONSchema,
            },
          }),
        );
        expect(settled).toMatchObject({ value: { text: '"never mind"' } });
      }),
      { numRuns: 300 },
    );
  });

  describe('through', () => {
    const schema = z.object({ n: z.int(), u: z.url() });
    const wanted = { n: 1, u: 'https://a.b/' };
    const plain = z.toJSONSchema(schema) as JSONSchema;

    it.each(names)('the AI SDK: %s', async (name) => {
      server.behave(vendor(name, wanted));
      const model = toProvider(routerOf(name))('default');
      const prompt = [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] as never;
      const { content } = await model.doGenerate({
        prompt,
        responseFormat: { type: 'json', schema: plain as never },
      });
      expect(content).toMatchObject([{ type: 'text', text: JSON.stringify(wanted) }]);
    });

    it.each(names)('LangChain: %s', async (name) => {
      server.behave(vendor(name, wanted));
      const model = toChatModel(routerOf(name)).withStructuredOutput(schema);
      expect(await model.invoke('Hi')).toEqual(wanted);
    });

    it.each(names.filter((name) => !name.startsWith('openai')))('an OpenAI SDK: %s', async (name) => {
      server.behave(vendor(name, wanted));
      const body = {
        model: 'default',
        messages: [{ role: 'user', content: 'Hi' }],
        response_format: { type: 'json_schema', json_schema: { name: 'a', schema: plain } },
      };
      const response = await toFetch(routerOf(name))('http://signalbox/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(response.status).toBe(200);
    });
  });

  it('JSON without a schema is requested with the word that JSON modes require', async () => {
    for (const name of ['openai', 'openai-responses', 'compatible', 'groq'] as const) {
      const bare = await ask(name, { prompt: 'Hi', responseFormat: {} }, {});
      for (const body of bare.bodies)
        expect(
          JSON.stringify(
            (body as { messages?: unknown; input?: unknown }).messages ?? (body as { input: unknown }).input,
          ),
        ).toMatch(/JSON/);
      const said = await ask(name, { prompt: 'Answer in json', responseFormat: {} }, {});
      for (const body of said.bodies) expect(JSON.stringify(body)).not.toMatch(/one JSON object/);
    }
  });
});
