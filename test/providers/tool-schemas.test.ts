import { createRouter, type FunctionTool, type JSONObject } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { toChatModel } from 'signalbox/langchain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type FaultServer, faultServer } from '../support/fault-server.ts';
import { read } from '../support/requests.ts';
import { answerWith } from '../support/vendor-answers.ts';
import { type InterfaceName, interfaces } from '../wire/interfaces.ts';

const models: Partial<Record<InterfaceName, string>> = {
  openai: 'gpt-5-mini',
  'openai-responses': 'gpt-5-mini',
  anthropic: 'claude-haiku-4-5',
  google: 'gemini-2.5-flash',
  compatible: 'm',
  xai: 'grok-4',
};
const names = Object.keys(models) as InterfaceName[];

interface Sent {
  readonly schema: JSONObject;
  readonly strict: unknown;
}

/** The first tool of a request in any vendor's words. */
function toolIn(body: unknown): Sent {
  const { tools } = body as { tools: readonly Record<string, unknown>[] };
  const tool = tools[0] as { function?: object; functionDeclarations?: readonly object[] };
  const inner = (tool.function ?? tool.functionDeclarations?.[0] ?? tool) as Record<string, unknown>;
  const schema = inner['parameters'] ?? inner['input_schema'] ?? inner['parametersJsonSchema'];
  return { schema: schema as JSONObject, strict: inner['strict'] };
}

const text = { type: 'string' };
const unions: JSONObject = {
  oneOf: [
    { type: 'object', properties: { by: { const: 'name' }, name: text }, required: ['by', 'name'] },
    { type: 'object', properties: { by: { const: 'id' }, id: { type: 'integer' } }, required: ['by', 'id'] },
  ],
};

/** Schemas as tools of other servers have them, and what each vendor gets at the top. */
const cases: readonly (readonly [
  name: string,
  schema: JSONObject,
  properties: readonly string[],
  required?: readonly string[],
])[] = [
  ['nothing at all', {}, []],
  ['an object without properties', { type: 'object' }, []],
  ['properties without a type', { properties: { a: text }, required: ['a'] }, ['a'], ['a']],
  ['a union at the top', unions, ['by', 'name', 'id'], ['by']],
  [
    'a union beside properties',
    { type: 'object', properties: { a: text }, anyOf: [{ required: ['a'] }] },
    ['a'],
    ['a'],
  ],
  [
    'an intersection at the top',
    {
      allOf: [
        { type: 'object', properties: { a: text }, required: ['a'] },
        { type: 'object', properties: { b: text } },
      ],
    },
    ['a', 'b'],
    ['a'],
  ],
  [
    'a reference at the top',
    { $ref: '#/$defs/A', $defs: { A: { type: 'object', properties: { a: text }, required: ['a'] } } },
    ['a'],
    ['a'],
  ],
  [
    'a tuple',
    { type: 'object', properties: { t: { type: 'array', items: [text, { type: 'number' }] } } },
    ['t'],
  ],
];

describe('the schema of a tool', () => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await faultServer();
  });
  afterAll(() => server.close());

  const routerOf = (name: InterfaceName) => {
    server.received.length = 0;
    server.behave(answerWith(name, 'Hi'));
    return createRouter({
      targets: [
        {
          provider: interfaces[name]({ baseURL: server.url }),
          model: models[name] ?? '',
          price: { input: 0, output: 0 },
        },
      ],
    });
  };
  const sentBy = async (name: InterfaceName, tool: FunctionTool) => {
    const router = routerOf(name);
    const request = { prompt: 'Hi', tools: [tool] };
    const { warnings } = await router.chat(request);
    const stream = await router.stream(request);
    await read(stream);
    const sent = server.received.map(({ body }) => toolIn(body));
    expect(sent[1]).toEqual(sent[0]);
    return { ...(sent[0] as Sent), warnings };
  };

  describe.each(cases.map((each) => [each[0], each] as const))('%s, becomes one of an object', (_, each) => {
    const [, inputSchema, properties, required = []] = each;
    it.each(names)('%s', async (name) => {
      const { schema } = await sentBy(name, { name: 't', inputSchema });
      expect(schema['type']).toBe('object');
      expect(Object.keys(schema['properties'] as object)).toEqual(properties);
      expect(schema['required'] ?? []).toEqual(required);
      for (const word of ['anyOf', 'oneOf', 'allOf', '$ref']) expect(schema).not.toHaveProperty(word);
      expect(JSON.stringify(schema)).not.toMatch(/"items":\[/);
    });
  });

  it.each(names)('that is one already is sent as it is, to vendors that take all words: %s', async (name) => {
    const inputSchema = { type: 'object', properties: { n: { type: 'integer', minimum: 1, maxLength: 3 } } };
    const { schema } = await sentBy(name, { name: 't', inputSchema });
    if (name !== 'google') expect(schema).toEqual(inputSchema);
    else expect(schema).toMatchObject({ properties: { n: { minimum: 1, description: '(maxLength: 3)' } } });
  });

  it.each(names.filter((name) => name !== 'google'))(
    'is held to only in words that the vendor’s strict mode takes: %s',
    async (name) => {
      const strict = true;
      const { schema, strict: fits } = await sentBy(name, {
        name: 't',
        strict,
        inputSchema: z.object({ n: z.int(), u: z.url(), e: z.string().min(3) }),
      });
      expect(fits).toBe(true);
      const sent = JSON.stringify(schema);
      expect(sent).not.toMatch(/"minLength":/);
      if (name === 'anthropic') expect(sent).not.toMatch(/"minimum":/);
      else expect(sent).not.toMatch(/"format":"uri"/);
    },
  );

  it.each(names.filter((name) => name !== 'google'))(
    'is not held to where it does not fit, with a warning: %s',
    async (name) => {
      const inputSchema = {
        type: 'object',
        properties: { r: { type: 'object', additionalProperties: text } },
      };
      const { strict, warnings } = await sentBy(name, { name: 't', strict: true, inputSchema });
      expect(strict).toBe(false);
      expect(warnings).toContainEqual(
        expect.objectContaining({ type: 'unsupported', feature: 'tool t: strict' }),
      );
    },
  );

  it.each(names)('comes out right through the AI SDK and LangChain: %s', async (name) => {
    const router = routerOf(name);
    const prompt = [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] as never;
    await toProvider(router)('default').doGenerate({
      prompt,
      tools: [{ type: 'function', name: 't', inputSchema: unions as never }],
    });
    await toChatModel(router)
      .bindTools([{ name: 't', description: 'd', schema: unions as never }])
      .invoke('Hi');
    for (const { body } of server.received) {
      const { schema } = toolIn(body);
      expect(schema['type']).toBe('object');
      expect(schema).not.toHaveProperty('oneOf');
    }
    expect(server.received).toHaveLength(2);
  });
});
