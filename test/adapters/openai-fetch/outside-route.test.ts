import { createRouter, type Router, type RouterOptions } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import { toFetch } from 'signalbox/openai-fetch';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer } from '../../support/fault-server.ts';
import { rejection } from '../../support/requests.ts';
import { answerWith } from '../../support/vendor-answers.ts';
import type { InterfaceName } from '../../wire/interfaces.ts';

const price = { input: 1, output: 1 };
const apiKey = 'sk-test';
const messages = [{ role: 'user', content: 'Hi' }];
const tools = [{ type: 'function', function: { name: 't', parameters: { type: 'object', properties: {} } } }];

/** Fields that only one vendor has, by the endpoint of the protocol. */
const fields: readonly (readonly [
  name: string,
  path: string,
  body: object,
  vendor: 'chat' | 'responses' | 'anthropic',
])[] = [
  ['logprobs', 'chat/completions', { messages, logprobs: true, top_logprobs: 2 }, 'chat'],
  ['logit_bias', 'chat/completions', { messages, logit_bias: { '50256': -100 } }, 'chat'],
  ['verbosity', 'chat/completions', { messages, verbosity: 'low' }, 'chat'],
  ['parallel_tool_calls', 'chat/completions', { messages, tools, parallel_tool_calls: false }, 'chat'],
  ['web_search_options', 'chat/completions', { messages, web_search_options: {} }, 'chat'],
  ['web_search', 'responses', { input: 'Hi', tools: [{ type: 'web_search' }] }, 'responses'],
  ['text.verbosity', 'responses', { input: 'Hi', text: { verbosity: 'low' } }, 'responses'],
  [
    'a tool of Anthropic’s',
    'messages',
    { messages, max_tokens: 99, tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
    'anthropic',
  ],
];

describe('a field that only one vendor has, with a router that has targets outside the route', () => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await faultServer();
  });
  beforeEach(() => {
    server.received.length = 0;
  });
  afterAll(() => server.close());

  const routerOf = (
    vendor: 'chat' | 'responses' | 'anthropic',
    options: Partial<RouterOptions> = {},
  ): Router => {
    const name: InterfaceName =
      vendor === 'anthropic' ? vendor : vendor === 'chat' ? 'openai' : 'openai-responses';
    server.behave(answerWith(name, 'Hello'));
    const baseURL = server.url;
    const openaiOver = openai({
      baseURL,
      apiKey,
      api: vendor === 'responses' ? 'responses' : 'chat-completions',
    });
    const provider = vendor === 'anthropic' ? anthropic({ baseURL, apiKey }) : openaiOver;
    return createRouter({
      targets: [
        { id: 'mini', provider, model: 'mini', price },
        { id: 'other', provider, model: 'other', price },
        { id: 'embed', provider: openaiOver, model: 'text-embedding-3-small', price },
      ],
      routes: { fast: { targets: ['mini'] }, slow: { targets: ['other'] } },
      ...options,
    });
  };
  const post = (router: Router, path: string, body: object): Promise<Response> =>
    toFetch(router)(`http://signalbox/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  describe.each(fields)('%s', (_, path, body, vendor) => {
    it.each([false, true])('goes to the route’s target, stream: %s', async (stream) => {
      for (const [model, sent] of [
        ['fast', 'mini'],
        ['slow', 'other'],
        ['mini', 'mini'],
      ]) {
        const response = await post(routerOf(vendor), path, { model, stream, ...body });
        expect(response.status, await response.clone().text()).toBe(200);
        await response.text();
        expect(server.received.at(-1)?.body).toMatchObject({ model: sent });
      }
    });

    it.each([false, true])(
      'goes to the target of the route that the router selects, stream: %s',
      async (stream) => {
        const router = routerOf(vendor, { select: () => 'slow' });
        const response = await post(router, path, { model: 'default', stream, ...body });
        expect(response.status, await response.clone().text()).toBe(200);
        await response.text();
        expect(server.received.at(-1)?.body).toMatchObject({ model: 'other' });
      },
    );
  });

  it('is refused where no target of the route can take it', async () => {
    const router = routerOf('chat', {
      targets: [
        {
          id: 'claude',
          provider: anthropic({ baseURL: server.url, apiKey }),
          model: 'claude-haiku-4-5',
          price,
        },
        { id: 'gpt', provider: openai({ baseURL: server.url, apiKey }), model: 'gpt-5-mini', price },
      ],
      routes: { fast: { targets: ['claude'] } },
    });
    const response = await post(router, 'chat/completions', { model: 'fast', messages, logprobs: true });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { param: 'logprobs', code: 'unsupported_parameter' },
    });
    expect(server.received).toHaveLength(0);
  });
});

describe('only', () => {
  const router = createRouter({
    targets: ['a', 'b', 'c'].map((id) => ({ id, provider: openai({ apiKey }), model: 'gpt-5-mini', price })),
    routes: { default: { targets: ['a', 'b'] }, first: { targets: ['a'] } },
  });
  const candidates = async (options: { only: string[]; route?: 'first' }) =>
    (await router.explain({ prompt: 'Hi' }, options as never)).candidates.map(({ target }) => target);

  it('may name targets of other routes where the call names no route', async () => {
    expect(await candidates({ only: ['b', 'c'] })).toEqual(['b']);
  });

  it('names targets of the route where the call names one', async () => {
    const error = await rejection(candidates({ route: 'first', only: ['a', 'b'] }));
    expect(error).toMatchObject({ code: 'request', field: 'options.only' });
  });

  it('names targets that there are, and one of the route', async () => {
    for (const only of [['a', 'x'], ['c'], []])
      expect(await rejection(candidates({ only }))).toMatchObject({ code: 'request', field: 'options.only' });
  });
});
