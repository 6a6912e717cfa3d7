import OpenAI from 'openai';
import { createRouter, type RequestFacts } from 'signalbox';
import { type ToFetchOptions, toFetch } from 'signalbox/openai-fetch';
import { type Script, scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';

const prompt = 'canary-prompt-0123456789';
const secret = 'canary-token-0123456789';

function handlerOver(options?: ToFetchOptions, scripts: readonly Script[] = [{}]) {
  const provider = scriptedProvider('openai', scripts);
  const router = createRouter({ targets: [{ provider, model: 'm', price: { input: 1, output: 1 } }] });
  return { handler: toFetch(router, options), provider, router };
}

const body = JSON.stringify({ model: 'default', messages: [{ role: 'user', content: prompt }] });
const address = 'https://a.example/v1/chat/completions';
const post = (headers: Record<string, string> = {}, init: RequestInit = {}, url = address): Request =>
  new Request(url, {
    method: 'POST',
    body,
    ...init,
    headers: { 'content-type': 'application/json', ...headers },
  });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** The error in an answer, and that nothing leaked into it. */
async function errorIn(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text();
  expect(text).not.toContain(prompt);
  expect(text).not.toContain(secret);
  return JSON.parse(text).error;
}

describe('as a server', () => {
  it('is closed without its own token', async () => {
    const { handler, provider } = handlerOver();
    const response = await handler(post(bearer('any')));
    expect(response.status).toBe(401);
    expect(await errorIn(response)).toMatchObject({ code: 'invalid_api_key', type: 'authentication_error' });
    expect(provider.calls).toEqual([]);
  });

  it('stays closed for any second argument', async () => {
    const { handler } = handlerOver();
    const context = { params: Promise.resolve({}), method: 'POST', body } as RequestInit;
    expect((await handler(post(), context)).status).toBe(401);
  });

  it('is open if the option allows it', async () => {
    const { handler } = handlerOver({ token: false });
    expect((await handler(post())).status).toBe(200);
  });

  it.each([
    ['Authorization', bearer(secret), 200],
    ['x-api-key', { 'x-api-key': secret }, 200],
    ['another token', bearer(`${secret}x`), 401],
    ['the beginning of the token', bearer(secret.slice(0, -1)), 401],
    ['no token', {}, 401],
    ['an empty token', { authorization: 'Bearer ' }, 401],
    ['another scheme', { authorization: `Basic ${secret}` }, 401],
  ])('looks at the token: %s', async (_, headers, status) => {
    const { handler } = handlerOver({ token: secret });
    const response = await handler(post(headers as Record<string, string>));
    expect(response.status).toBe(status);
    if (status === 401) await errorIn(response);
  });

  it('takes any of several tokens', async () => {
    const { handler } = handlerOver({ token: ['one', 'two'] });
    const statuses = await Promise.all(
      ['one', 'two', 'three'].map(async (token) => (await handler(post(bearer(token)))).status),
    );
    expect(statuses).toEqual([200, 200, 401]);
  });

  it('identifies the caller of a token by a function', async () => {
    const { handler, router } = handlerOver({
      token: async (token, { url, method }) => {
        expect([url.pathname, method]).toEqual(['/v1/chat/completions', 'POST']);
        await Promise.resolve();
        return token === secret ? { tenant: 'acme', tags: ['gold'], metadata: { plan: 'gold' } } : undefined;
      },
    });
    const facts: RequestFacts[] = [];
    router.on('request-end', ({ tenant, tags, metadata }) =>
      facts.push({ tenant, tags, metadata } as RequestFacts),
    );
    const signalbox = { metadata: { plan: 'free', page: 'home' } };
    const ask = { model: 'default', messages: [{ role: 'user', content: 'Hi' }], signalbox };
    expect((await handler(post(bearer(secret), { body: JSON.stringify(ask) }))).status).toBe(200);
    const refused = await handler(post(bearer('guess')));
    expect(refused.status).toBe(401);
    await errorIn(refused);
    const metadata = { requestId: expect.any(String), plan: 'gold', page: 'home' };
    expect(facts).toEqual([{ tenant: 'acme', tags: ['gold'], metadata }]);
  });

  it('also calls a token function for SDKs in this process, and never without a token', async () => {
    const seen: string[] = [];
    const { handler } = handlerOver({
      token: (token) => {
        seen.push(token);
        return token === secret ? {} : undefined;
      },
    });
    const client = new OpenAI({ apiKey: secret, baseURL: 'http://signalbox/v1', fetch: handler });
    await client.chat.completions.create({ model: 'default', messages: [{ role: 'user', content: 'Hi' }] });
    expect((await handler(post())).status).toBe(401);
    expect(seen).toEqual([secret]);
  });

  it.each([null, false, 'acme'])(
    'does not admit a caller that a token function gives as %j',
    async (caller) => {
      const { handler, provider } = handlerOver({ token: (() => caller) as never });
      expect((await handler(post(bearer(secret)))).status).toBe(503);
      expect(provider.calls).toEqual([]);
    },
  );

  it('hides errors of a token function', async () => {
    const { handler } = handlerOver({
      token: () => {
        throw new Error(`no row for ${secret}`);
      },
    });
    const response = await handler(post(bearer(secret)));
    expect(response.status).toBe(500);
    await errorIn(response);
  });

  it('holds a caller to the targets and the cost of its token', async () => {
    const make = (name: string) => scriptedProvider(name, [{}]);
    const targets = ['a', 'b'].map((id) => ({
      id,
      provider: make(id),
      model: 'm',
      price: { input: 1, output: 1 },
    }));
    const router = createRouter({ targets, routes: { both: {}, first: { targets: ['a'] } } });
    const handler = toFetch(router, { token: () => ({ only: ['b'], maxCost: 1 }) });
    const ask = async (model: string, signalbox?: object) => {
      const wire = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }], signalbox });
      return handler(post(bearer('t'), { body: wire }));
    };
    const served = await Promise.all([ask('default'), ask('both'), ask('b')]);
    expect(served.map(({ headers }) => headers.get('x-signalbox-target'))).toEqual(['b', 'b', 'b']);
    expect((await ask('a')).status).toBe(404);
    expect((await ask('first')).status).toBe(404);
    expect((await ask('both', { only: ['a'] })).status).toBe(400);
    expect((await ask('default', { maxCost: 1e-9 })).status).toBe(402);
    const list = await handler(new Request('https://a.example/v1/models', { headers: bearer('t') }));
    const { data } = (await list.json()) as { data: readonly { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(['default', 'both', 'b']);
  });

  it('checks a token before it reads anything', async () => {
    const { handler } = handlerOver({ token: secret });
    const request = post();
    await handler(request);
    expect(request.bodyUsed).toBe(false);
  });

  it('also requires the token of SDKs in this process, where there is one', async () => {
    const { handler } = handlerOver({ token: secret });
    const client = (apiKey: string) => new OpenAI({ apiKey, baseURL: 'http://signalbox/v1', fetch: handler });
    const ask = { model: 'default', messages: [{ role: 'user' as const, content: 'Hi' }] };
    await expect(client('none').chat.completions.create(ask)).rejects.toThrow(OpenAI.AuthenticationError);
    expect((await client(secret).chat.completions.create(ask)).choices).toHaveLength(1);
  });

  it('reports it to Anthropic’s clients in Anthropic’s format', async () => {
    const { handler } = handlerOver();
    const response = await handler(post({}, {}, 'https://a.example/v1/messages'));
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'authentication_error' } });
  });

  it.each(['/chat/completions', '/v1/chat/completions', '/a/b/v1/chat/completions/'])(
    'answers at %s',
    async (path) => {
      const { handler } = handlerOver({ token: false });
      expect((await handler(post({}, {}, `https://a.example${path}`))).status).toBe(200);
    },
  );

  it('gives no leave to other origins', async () => {
    const { handler } = handlerOver({ token: false });
    const response = await handler(post({ origin: 'https://evil.example' }));
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('takes only JSON', async () => {
    const { handler } = handlerOver({ token: false });
    expect((await handler(post({ 'content-type': 'text/plain' }))).status).toBe(415);
    expect((await handler(post({}, { body: '{' }))).status).toBe(400);
    expect((await handler(post({ 'content-type': 'application/json; charset=utf-8' }))).status).toBe(200);
  });

  it('does not read on once a body is too large', async () => {
    const { handler } = handlerOver({ token: false, maxBodyBytes: 1000 });
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 100;
        controller.enqueue(new Uint8Array(100).fill(32));
      },
    });
    const response = await handler(post({}, { body: endless, duplex: 'half' } as RequestInit));
    expect(response.status).toBe(413);
    expect(await errorIn(response)).toMatchObject({ code: 'request_too_large' });
    expect(sent).toBeLessThan(3000);
  });

  it.each([
    ['as its length says', { 'content-length': '2000' }, body],
    ['as it is', {}, JSON.stringify({ a: 'é'.repeat(600) })],
  ])('refuses a body that is too large %s', async (_, headers, text) => {
    const { handler } = handlerOver({ maxBodyBytes: 1000 });
    const init = { method: 'POST', body: text, headers: { 'content-type': 'application/json', ...headers } };
    expect((await handler(address, init as RequestInit)).status).toBe(413);
  });

  it.each([
    ['GET', '/v1/chat/completions', 405],
    ['OPTIONS', '/v1/chat/completions', 405],
    ['POST', '/v1/models', 405],
    ['GET', '/v1/responses/resp_1', 404],
    ['POST', '/v1/images/variations', 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    const { handler } = handlerOver({ token: false });
    const response = await handler(new Request(`https://a.example${path}`, { method }));
    expect(response.status).toBe(status);
    expect(response.headers.get('x-should-retry')).toBe('false');
  });

  it('does not take what is in a body for fields that all objects have', async () => {
    const { handler, provider } = handlerOver({ token: false });
    const text = `{"__proto__":{"logit_bias":{}},"model":"default","messages":[{"role":"user","content":"Hi","__proto__":{"name":"x"}}]}`;
    expect((await handler(post({}, { body: text }))).status).toBe(200);
    expect(provider.calls[0]?.messages).toEqual([{ role: 'user', content: 'Hi' }]);
  });

  it('ends a call whose client has gone, without an error', async () => {
    const { handler, provider } = handlerOver({ token: false }, [{ hang: true }]);
    const abort = new AbortController();
    const response = handler(post({}, { signal: abort.signal }));
    while (provider.open === 0) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    expect((await response).status).toBe(499);
    expect(provider.open).toBe(0);
  });
});

describe('toFetch', () => {
  it.each([
    ['toFetch.token', { token: '' }],
    ['toFetch.token', { token: [] }],
    ['toFetch.token', { token: ['a', ''] }],
    ['toFetch.token', { token: 'with a blank' }],
    ['toFetch.token', { token: true }],
    ['toFetch.token', { token: null }],
    ['toFetch.maxBodyBytes', { maxBodyBytes: 0 }],
    ['toFetch.interrupted', { interrupted: 'continue' }],
    ['toFetch.tokens', { tokens: 'a' }],
  ])('refuses a wrong %s: %j', (option, options) => {
    expect(() => handlerOver(options as ToFetchOptions)).toThrow(
      expect.objectContaining({ code: 'config', option }),
    );
  });

  it('refuses what is no router', () => {
    expect(() => toFetch({} as never)).toThrow('toFetch: expected a router');
  });
});
