import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI, { APIError } from 'openai';
import { createRouter } from 'signalbox';
import { limits } from 'signalbox/budgets';
import { keyLimits, virtualKeys } from 'signalbox/keys';
import { ledger, sqlite as ledgerIn, ledgerReport } from 'signalbox/ledger';
import { memory } from 'signalbox/memory';
import { toFetch, toNodeHandler } from 'signalbox/openai-fetch';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rejection } from '../../support/requests.ts';

const clock = virtualClock();
let server: Server;
let baseURL: string;
let keys: ReturnType<typeof virtualKeys>;
let usage: ReturnType<typeof ledger>;
let close: () => Promise<void>;

/** A server with virtual keys, as an application runs one, over real HTTP. */
beforeEach(async () => {
  const store = memory();
  keys = virtualKeys(store, { clock });
  usage = ledger(ledgerIn(':memory:'));
  const router = createRouter({
    targets: ['a', 'b'].map((id) => ({
      provider: scriptedProvider(id, [{}]),
      model: 'm',
      id,
      price: { input: 1, output: 1 },
    })),
    routes: { fast: { targets: ['b'] }, careful: { targets: ['a'] } },
    store,
    plugins: [limits([...keyLimits()]), usage],
  });
  const handler = toFetch(router, {
    token: keys.identify,
    aliases: { 'gpt-4o': 'fast' },
    reports: { budgets: () => router.budgets(), ledger: ledgerReport(usage) },
  });
  server = createServer(toNodeHandler(handler));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  close = async () => {
    await router.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
});
afterEach(() => close());

const clientOf = (apiKey: string): OpenAI => new OpenAI({ apiKey, baseURL, maxRetries: 0 });
const ask = (client: OpenAI, model = 'default') =>
  client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 10 });

async function refusal(promise: Promise<unknown>): Promise<{ status: number; code: unknown }> {
  const error = await rejection(promise);
  if (!(error instanceof APIError)) throw error;
  return { status: Number(error.status), code: error.code };
}

describe('a virtual key over HTTP, with the OpenAI SDK', () => {
  it('receives chats, streams and embeddings', async () => {
    const client = clientOf((await keys.create({ tenant: 'acme' })).token);
    expect((await ask(client)).choices[0]?.message.content).toBe('ok');
    const stream = await client.chat.completions.create({
      model: 'fast',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe('ok');
    const { data } = await client.embeddings.create({ model: 'a', input: ['x', 'y'] });
    expect(data).toHaveLength(2);
  });

  it('is refused when it is unknown, disabled or expired', async () => {
    expect(await refusal(ask(clientOf(`sk-sb-${'a'.repeat(12)}-${'b'.repeat(48)}`)))).toMatchObject({
      status: 401,
    });
    const { token, key } = await keys.create({ tenant: 'acme', expiresAt: clock.date() + 60_000 });
    const client = clientOf(token);
    await ask(client);
    await keys.update(key.id, { disabled: true });
    expect(await refusal(ask(client))).toMatchObject({ status: 401 });
    await keys.update(key.id, { disabled: false });
    await ask(client);
    await clock.advance(60_000);
    expect(await refusal(ask(client))).toMatchObject({ status: 401 });
  });

  it('can use and list only its allowed routes, targets and aliases', async () => {
    const client = clientOf((await keys.create({ tenant: 'acme', models: ['fast', 'gpt-4o'] })).token);
    const seen: string[] = [];
    for await (const { id } of client.models.list()) seen.push(id);
    expect(new Set(seen)).toEqual(new Set(['fast', 'gpt-4o']));
    expect((await ask(client, 'fast')).choices).toHaveLength(1);
    expect((await ask(client, 'gpt-4o')).choices).toHaveLength(1);
    for (const model of ['default', 'careful', 'a', 'b'])
      expect(await refusal(ask(client, model))).toMatchObject({ status: 404 });
    expect(await refusal(client.embeddings.create({ model: 'b', input: 'x' }))).toMatchObject({
      status: 404,
    });
    expect(await refusal(client.models.retrieve('a'))).toMatchObject({ status: 404 });
  });

  it('gets 429 with a retry time at its own limits, in US$ and in requests', async () => {
    const few = clientOf((await keys.create({ tenant: 'acme', limits: { requestsPerMinute: 2 } })).token);
    await ask(few);
    await ask(few);
    const error = await rejection(ask(few));
    expect(error).toMatchObject({ status: 429, code: 'insufficient_quota' });
    expect(Number((error as APIError).headers?.get('retry-after'))).toBeGreaterThan(0);
    const poor = clientOf((await keys.create({ tenant: 'acme', limits: { usdPerMonth: 0.000_001 } })).token);
    expect(await refusal(ask(poor))).toMatchObject({ status: 429 });
    const free = clientOf((await keys.create({ tenant: 'acme' })).token);
    expect((await ask(free)).choices).toHaveLength(1);
  });

  it('can read budgets and the ledger only with the role admin', async () => {
    const caller = await keys.create({ tenant: 'acme', limits: { usdPerDay: 1 } });
    const admin = clientOf((await keys.create({ tenant: 'ops', role: 'admin' })).token);
    await ask(clientOf(caller.token));
    await ask(admin);
    await usage.flush();
    for (const path of ['/reports/budgets', '/reports/ledger', '/reports/none'])
      expect(await refusal(clientOf(caller.token).get(path))).toMatchObject({ status: 403 });

    const budgets = await admin.get('/reports/budgets');
    expect(budgets).toMatchObject({ data: [{ subject: caller.key.id, amount: 1, unit: 'usd' }] });
    expect(await admin.get('/reports/ledger?by=tenant')).toMatchObject({
      data: [
        { key: { tenant: 'acme' }, requests: 1 },
        { key: { tenant: 'ops' }, requests: 1 },
      ],
    });
    expect(await admin.get('/reports/ledger', { query: { tenant: 'acme' } })).toMatchObject({
      data: [{ requests: 1, cost: { total: 15 / 1e6 } }],
    });
  });

  it.each(['by=planet', 'color=red', 'latency=maybe', 'from=yesterday'])(
    'gets 400 for the query %s of the ledger',
    async (query) => {
      const admin = clientOf((await keys.create({ tenant: 'ops', role: 'admin' })).token);
      expect(await refusal(admin.get(`/reports/ledger?${query}`))).toMatchObject({ status: 400 });
    },
  );
});
