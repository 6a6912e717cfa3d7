import { fileURLToPath } from 'node:url';
import { Validator } from '@cfworker/json-schema';
import fc from 'fast-check';
import { type ChatRequest, createRouter, isRouterError, type Router } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { toChatModel } from 'signalbox/langchain';
import { toFetch } from 'signalbox/openai-fetch';
import { createGenerator } from 'ts-json-schema-generator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer, json } from '../support/fault-server.ts';
import { outcome, rejection } from '../support/requests.ts';
import { type InterfaceName, interfaces } from '../wire/interfaces.ts';

const names: readonly InterfaceName[] = ['openai', 'openai-responses', 'anthropic', 'google', 'compatible'];

const user = (...content: readonly unknown[]): unknown => ({ role: 'user', content });
const assistant = (...content: readonly unknown[]): unknown => ({ role: 'assistant', content });
const called = { type: 'tool-call', toolCallId: 'c', toolName: 'see', input: {} };
const result = (output: unknown): readonly unknown[] => [
  user({ type: 'text', text: 'Look' }),
  assistant(called),
  { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'c', toolName: 'see', output }] },
];
const tool = (more: object): object => ({ prompt: 'a', tools: [{ name: 't', inputSchema: {}, ...more }] });
const circle: Record<string, unknown> = {};
circle['again'] = circle;

/** Wrong requests as an untyped program would make them, and where they are wrong. */
const wrong: readonly (readonly [field: string, request: object])[] = [
  // What a tool gave back shows a picture that is not there.
  [
    'messages[2].content[0].output.value[0].data',
    { messages: result({ type: 'content', value: [{ type: 'file', mediaType: 'image/png' }] }) },
  ],
  [
    'messages[2].content[0].output.value[0].image',
    { messages: result({ type: 'content', value: [{ type: 'image', image: undefined }] }) },
  ],
  ['messages[2].content[0].output.value', { messages: result({ type: 'text', value: { a: 1 } }) }],
  ['messages[2].content[0].output.value', { messages: result({ type: 'json' }) }],
  ['messages[2].content[0].output.value.a', { messages: result({ type: 'json', value: { a: 1n } }) }],
  ['messages[2].content[0].output.type', { messages: result({ type: 'html', value: '' }) }],
  ['messages[2].content[0].output', { messages: result('done') }],
  ['messages[0].content[0].image', { messages: [user({ type: 'image' })] }],
  ['messages[0].content[0].image', { messages: [user({ type: 'image', image: '' })] }],
  ['messages[0].content[0].image', { messages: [user({ type: 'image', image: new Uint8Array() })] }],
  ['messages[0].content[0].image', { messages: [user({ type: 'image', image: new ArrayBuffer(4) })] }],
  ['messages[0].content[0].image', { messages: [user({ type: 'image', image: { url: 'https://a.b' } })] }],
  ['messages[0].content[0].image', { messages: [user({ type: 'image', image: 'file:///etc/passwd' })] }],
  ['messages[0].content[0].image', { messages: [user({ type: 'image', image: 'data:image/png;base64,' })] }],
  [
    'messages[0].content[0].data',
    { messages: [user({ type: 'file', data: 'data:text/plain,%zz', mediaType: 'text/plain' })] },
  ],
  [
    'messages[0].content[0].image.reference.openai',
    { messages: [user({ type: 'image', image: { type: 'reference', reference: { openai: 7 } } })] },
  ],
  ['messages[0].content[0].mediaType', { messages: [user({ type: 'file', data: 'aGk=' })] }],
  ['messages[0].content[0].text', { messages: [user({ type: 'text' })] }],
  ['messages[0].content[0].text', { messages: [user({ type: 'text', text: ['a'] })] }],
  ['messages[0].content[1]', { messages: [user({ type: 'text', text: 'a' }, 'b')] }],
  [
    'messages[0].content[0].type',
    { messages: [user({ type: 'image_url', image_url: { url: 'https://a.b' } })] },
  ],
  ['messages[0].content[0].type', { messages: [user(called)] }],
  ['messages[0].content', { messages: [{ role: 'user' }] }],
  ['messages[0].content', { messages: [{ role: 'assistant', content: null }] }],
  ['messages[0].content', { messages: [{ role: 'system', content: [{ type: 'text', text: 'a' }] }] }],
  ['messages[0].role', { messages: [{ role: 'function', content: 'a' }] }],
  ['messages[1]', { messages: [{ role: 'user', content: 'a' }, null] }],
  [
    'messages[0].providerOptions.anthropic',
    { messages: [{ role: 'user', content: 'a', providerOptions: { anthropic: true } }] },
  ],
  ['messages', { messages: { role: 'user', content: 'a' } }],
  ['messages[0].content[0].toolCallId', { messages: [assistant({ ...called, toolCallId: undefined })] }],
  ['messages[0].content[0].input', { messages: [assistant({ ...called, input: undefined })] }],
  ['messages[0].content[0].input.at', { messages: [assistant({ ...called, input: { at: new Map() } })] }],
  [
    'messages[0].content[0].approved',
    {
      messages: [
        { role: 'tool', content: [{ type: 'tool-approval-response', approvalId: 'a', approved: 'yes' }] },
      ],
    },
  ],
  ['tools', { prompt: 'a', tools: { t: { inputSchema: {} } } }],
  ['tools[0]', { prompt: 'a', tools: [null] }],
  ['tools[0].type', tool({ type: 'web_search' })],
  ['tools[0].description', tool({ description: 4 })],
  ['tools[0].strict', tool({ strict: 'yes' })],
  ['tools[0].inputExamples[0].input', tool({ inputExamples: [{ city: 'Oslo' }] })],
  ['tools[0].inputSchema.properties', tool({ inputSchema: { type: 'object', properties: ['a'] } })],
  ['tools[0].inputSchema.properties.a.type', tool({ inputSchema: { properties: { a: { type: 'text' } } } })],
  [
    'tools[0].inputSchema.properties["a b"].enum',
    tool({ inputSchema: { properties: { 'a b': { enum: [] } } } }),
  ],
  ['tools[0].inputSchema.required', tool({ inputSchema: { required: true } })],
  ['tools[0].inputSchema.items.anyOf', tool({ inputSchema: { items: { anyOf: { type: 'string' } } } })],
  ['tools[0].id', { prompt: 'a', tools: [{ type: 'provider', id: 'search', name: 's', args: {} }] }],
  ['tools[0].args', { prompt: 'a', tools: [{ type: 'provider', id: 'openai.web_search', name: 's' }] }],
  ['schema.type', { prompt: 'a', schema: { type: 'dict' } }],
  ['schema.properties.n.minimum', { prompt: 'a', schema: { properties: { n: { minimum: '1' } } } }],
  ['schema.default', { prompt: 'a', schema: { default: () => 1 } }],
  ['responseFormat.schema', { prompt: 'a', responseFormat: { schema: 'json' } }],
  ['responseFormat.name', { prompt: 'a', responseFormat: { name: 1 } }],
  ['toolChoice.type', { ...tool({}), toolChoice: { type: 'function', toolName: 't' } }],
  ['stopSequences', { prompt: 'a', stopSequences: 'END' }],
  ['stopSequences[1]', { prompt: 'a', stopSequences: ['END', 1] }],
  ['temperature', { prompt: 'a', temperature: null }],
  ['includeRaw', { prompt: 'a', includeRaw: 1 }],
  ['providerOptions.openai', { prompt: 'a', providerOptions: { openai: 'x' } }],
  [
    'providerOptions.openai.metadata.big',
    { prompt: 'a', providerOptions: { openai: { metadata: { big: 1n } } } },
  ],
  ['origin.format', { prompt: 'a', origin: {} }],
];

/** A request that says all that can be said in JSON. */
const right = {
  system: 'Be brief',
  messages: [
    { role: 'system', content: 'Now', providerOptions: { openai: { name: 'a' } } },
    user(
      { type: 'text', text: 'Look', providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } } },
      { type: 'image', image: 'aGk=', mediaType: 'image/png' },
      {
        type: 'file',
        data: { type: 'reference', reference: { openai: 'f' } },
        mediaType: 'application/pdf',
        filename: 'a',
      },
    ),
    assistant(
      { type: 'reasoning', text: 'Hm' },
      { type: 'text', text: 'I see' },
      { ...called, providerExecuted: true },
      { type: 'tool-result', toolCallId: 'c', toolName: 'see', output: { type: 'json', value: [1, null] } },
      { type: 'source', sourceType: 'url', id: 's', url: 'https://a.b' },
      { type: 'file', data: 'aGk=', mediaType: 'image/png' },
      { type: 'reasoning-file', data: 'aGk=', mediaType: 'image/png' },
      { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'c' },
      { type: 'custom', kind: 'openai.compaction' },
    ),
    {
      role: 'tool',
      content: [
        { type: 'tool-result', toolCallId: 'd', toolName: 'see', output: { type: 'text', value: '' } },
        { type: 'tool-result', toolCallId: 'e', toolName: 'see', output: { type: 'error-text', value: 'x' } },
        { type: 'tool-result', toolCallId: 'f', toolName: 'see', output: { type: 'error-json', value: {} } },
        {
          type: 'tool-result',
          toolCallId: 'g',
          toolName: 'see',
          output: { type: 'execution-denied', reason: 'no' },
        },
        {
          type: 'tool-result',
          toolCallId: 'h',
          toolName: 'see',
          output: {
            type: 'content',
            value: [
              { type: 'text', text: 'a' },
              { type: 'image', image: 'aGk=' },
            ],
          },
        },
        { type: 'tool-approval-response', approvalId: 'a', approved: false, reason: 'no' },
      ],
    },
    { role: 'assistant', content: 'Well' },
  ],
  tools: [
    {
      name: 't',
      description: 'd',
      inputSchema: { type: 'object' },
      strict: true,
      inputExamples: [{ input: { a: 1 } }],
    },
    { type: 'provider', id: 'openai.web_search', name: 'search', args: { a: 1 } },
  ],
  toolChoice: { type: 'tool', toolName: 't' },
  stopSequences: ['END'],
  reasoning: 'low',
  providerOptions: { openai: { metadata: { a: 'b' } } },
};

type Path = readonly (string | number)[];

/** All places in a value. */
function places(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const below = Object.entries(value).flatMap(([key, inner]) =>
    places(inner, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return at.length === 0 ? below : [at, ...below];
}

/** A copy of a value with another one at a place; without it where that is `undefined`. */
function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy: Record<string | number, unknown> = Array.isArray(value)
    ? ([...value] as never)
    : { ...(value as object) };
  const inner = replaced(copy[key], rest, by);
  if (inner === undefined && !Array.isArray(value)) delete copy[key];
  else copy[key] = inner === undefined ? null : inner;
  return copy;
}

function print(path: Path): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join('');
}

/** What the types say, as JSON Schema. */
function typeCheck(): (value: unknown) => boolean {
  const schema = createGenerator({
    path: fileURLToPath(new URL('../support/request-type.ts', import.meta.url)),
    tsconfig: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)),
    type: 'Asked',
    skipTypeCheck: true,
    additionalProperties: true,
  }).createSchema('Asked');
  const validator = new Validator(schema as object, '7');
  return (value) => validator.validate(value).valid;
}

describe('a request with a wrong shape', () => {
  let server: FaultServer;
  const routers = new Map<InterfaceName, Router>();
  beforeAll(async () => {
    server = await faultServer(json({}));
    for (const name of names) {
      const provider = interfaces[name]({ baseURL: server.url });
      const capabilities = { tools: true, images: true, files: true, jsonSchema: true } as const;
      const target = { provider, model: 'm', price: { input: 0, output: 0 }, capabilities };
      routers.set(name, createRouter({ targets: [target] }));
    }
  });
  afterAll(() => server.close());

  const routerOf = (name: InterfaceName): Router => {
    const router = routers.get(name);
    if (router === undefined) throw new Error(name);
    return router;
  };

  it.each(wrong)('%s (%#)', async (field, request) => {
    for (const name of names) {
      const router = routerOf(name);
      const states = router.stats();
      const asked = request as ChatRequest;
      expect(await rejection(router.chat(asked))).toMatchObject({ code: 'request', field });
      expect(await rejection(router.stream(asked))).toMatchObject({ code: 'request', field });
      expect(router.stats()).toEqual(states);
    }
    expect(server.received).toHaveLength(0);
  });

  it('that contains itself is refused, wherever the circle is', async () => {
    for (const request of [
      { prompt: 'a', schema: { properties: { a: circle } } },
      { prompt: 'a', tools: [{ name: 't', inputSchema: { items: circle } }] },
      { prompt: 'a', providerOptions: { openai: circle } },
      { messages: [assistant({ ...called, input: circle })] },
    ]) {
      const error = await rejection(routerOf('openai').chat(request as ChatRequest));
      expect(error).toMatchObject({ code: 'request' });
    }
    expect(server.received).toHaveLength(0);
  });

  it('shows nothing of what was in its place', async () => {
    const secret = 'the whole prompt stands here';
    for (const request of [
      { messages: [{ role: secret, content: 'a' }] },
      { messages: [user({ type: secret })] },
      { messages: [user({ type: 'image', image: `${secret}!` })] },
      { prompt: 'a', schema: { type: secret } },
      { prompt: 'a', tools: [{ name: 't', inputSchema: { properties: { [secret.repeat(3)]: 1 } } }] },
    ]) {
      const error = await rejection(routerOf('openai').chat(request as ChatRequest));
      expect(String(error)).not.toContain(secret);
    }
  });

  it('is refused wherever the types refuse it, with the path of what is wrong, and never otherwise', async () => {
    const isRight = typeCheck();
    expect(isRight(right)).toBe(true);
    const values = fc.oneof(
      fc.constantFrom(undefined, null, true, 7, '', 'a', [], {}, [null], { type: 'text' }),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const router = routerOf('openai');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places(right)), values, async (path, value) => {
        const request = replaced(right, path, value) as ChatRequest;
        fc.pre(!isRight(request));
        server.received.length = 0;
        const error = await rejection(router.chat(request));
        expect(isRouterError(error, 'request')).toBe(true);
        const { field } = error as { field: string };
        const place = print(path);
        expect(field.startsWith(place) || place.startsWith(field), `${field} for ${place}`).toBe(true);
        expect(server.received).toHaveLength(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is always an error of the request or of the vendor, for any value in any place', async () => {
    const strange = fc.constantFrom<unknown>(
      undefined,
      null,
      Number.NaN,
      1n,
      Symbol('s'),
      () => 1,
      new Map([[1, 2]]),
      new Date(0),
      new Uint8Array([1]),
      new URL('https://a.b/c.png'),
      'data:,a',
      '\u0000',
      '__proto__',
      Object.create(null),
      circle,
      [[]],
      -1,
    );
    const router = routerOf('anthropic');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places(right)), strange, async (path, value) => {
        const settled = await outcome(router.chat(replaced(right, path, value) as ChatRequest));
        const { error } = settled as { error: unknown };
        expect(
          isRouterError(error) &&
            ['request', 'all-targets-failed', 'provider', 'no-target'].includes(error.code),
        ).toBe(true);
      }),
      { numRuns: 300 },
    );
    for (const { text } of server.received.splice(0)) expect(text).not.toMatch(/undefined|\[object/);
  });

  describe('through', () => {
    const data = undefined as never;

    it('toProvider of the AI SDK', async () => {
      const model = toProvider(routerOf('openai'))('default');
      const call = {
        prompt: [
          { role: 'user', content: [{ type: 'file', mediaType: 'image/png', data: { type: 'data', data } }] },
        ],
      } as never;
      const field = 'messages[0].content[0].data';
      expect(await rejection(Promise.resolve(model.doGenerate(call)))).toMatchObject({
        code: 'request',
        field,
      });
      expect(await rejection(Promise.resolve(model.doStream(call)))).toMatchObject({
        code: 'request',
        field,
      });
      expect(server.received).toHaveLength(0);
    });

    it('toChatModel of LangChain', async () => {
      const model = toChatModel(routerOf('openai'));
      const bound = model.bindTools([
        {
          name: 't',
          description: 'd',
          schema: { type: 'object', properties: { a: { type: 'text' } } },
        } as never,
      ]);
      const field = 'tools[0].inputSchema.properties.a.type';
      expect(await rejection(bound.invoke('Hi'))).toMatchObject({ code: 'request', field });
      expect(await rejection(bound.stream('Hi'))).toMatchObject({ code: 'request', field });
      expect(server.received).toHaveLength(0);
    });

    it.each([
      [
        'chat/completions',
        {
          messages: [{ role: 'user', content: 'a' }],
          tools: [{ type: 'function', function: { name: 't', parameters: { type: 'dict' } } }],
        },
      ],
      ['responses', { input: 'a', tools: [{ type: 'function', name: 't', parameters: { type: 'dict' } }] }],
      [
        'messages',
        {
          max_tokens: 9,
          messages: [{ role: 'user', content: 'a' }],
          tools: [{ name: 't', input_schema: { type: 'dict' } }],
        },
      ],
    ])('toFetch, %s', async (path, body) => {
      const fetch = toFetch(routerOf('openai'));
      for (const stream of [false, true]) {
        const response = await fetch(`http://signalbox/v1/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ model: 'default', stream, ...body }),
        });
        expect(response.status).toBe(400);
        expect(await response.text()).toMatch(/type/);
      }
      expect(server.received).toHaveLength(0);
    });
  });
});
