import { createRouter, isRouterError } from 'signalbox';
import { limits } from 'signalbox/budgets';
import { type KeyOptions, keyLimits, virtualKeys } from 'signalbox/keys';
import { memory } from 'signalbox/memory';
import { toFetch } from 'signalbox/openai-fetch';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { rejection } from '../../support/requests.ts';

function serverWith() {
  const clock = virtualClock();
  const store = memory({ clock });
  const keys = virtualKeys(store, { clock });
  const router = createRouter({
    targets: ['a', 'b'].map((id) => ({
      provider: scriptedProvider(id, [{}], clock),
      model: 'm',
      id,
      price: { input: 1, output: 1 },
    })),
    routes: { fast: { targets: ['b'] } },
    store,
    clock,
    plugins: [limits([...keyLimits()])],
  });
  const handler = toFetch(router, { token: keys.identify, reports: { budgets: () => router.budgets() } });
  const ask = (token: string, model = 'default') =>
    handler(
      new Request('https://a.example/v1/chat/completions', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 10 }),
      }),
    );
  const get = async (token: string, path: string) => {
    const response = await handler(
      new Request(`https://a.example/v1${path}`, { headers: { authorization: `Bearer ${token}` } }),
    );
    return { status: response.status, body: await response.json() };
  };
  const events: { tenant?: string; metadata: object }[] = [];
  router.on('request-end', (event) => events.push(event));
  return { clock, store, keys, ask, get, events };
}

describe('a virtual key', () => {
  it('admits its caller as its tenant', async () => {
    const { keys, ask, events } = serverWith();
    const { token, key } = await keys.create({ tenant: 'acme', user: 'ann' });
    expect((await ask(token)).status).toBe(200);
    expect(events).toMatchObject([{ tenant: 'acme', user: 'ann', metadata: { key: key.id } }]);
  });

  it('is stored as a hash only', async () => {
    const { store, keys } = serverWith();
    const { token, key } = await keys.create({ tenant: 'acme' });
    const [stored] = await store.get(['virtual-keys']);
    expect(stored?.value).toContain(key.id);
    expect(stored?.value).not.toContain(token.slice(-48));
    expect(JSON.stringify(await keys.list())).not.toContain(token.slice(-48));
  });

  it.each([
    ['a changed secret', (token: string) => `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`],
    ['another id', (token: string) => token.replace(/^(sk-sb-)./, (_, start) => `${start}~`)],
    ['the public part only', (token: string) => token.slice(0, 18)],
    ['something else', () => 'sk-anything'],
  ])('is refused with %s', async (_, change) => {
    const { keys, ask } = serverWith();
    const { token } = await keys.create({ tenant: 'acme' });
    expect((await ask(change(token))).status).toBe(401);
  });

  it('is refused when it is disabled, deleted or expired', async () => {
    const { clock, keys, ask } = serverWith();
    const [disabled, deleted, expiring] = await Promise.all([
      keys.create({ tenant: 'a' }),
      keys.create({ tenant: 'b' }),
      keys.create({ tenant: 'c', expiresAt: clock.date() + 60_000 }),
    ]);
    for (const { token } of [disabled, deleted, expiring]) expect((await ask(token)).status).toBe(200);
    await keys.update(disabled.key.id, { disabled: true });
    await keys.delete(deleted.key.id);
    await clock.advance(60_000);
    for (const { token } of [disabled, deleted, expiring]) expect((await ask(token)).status).toBe(401);
    await keys.update(disabled.key.id, { disabled: false });
    expect((await ask(disabled.token)).status).toBe(200);
  });

  it('can use and list only its allowed models', async () => {
    const { keys, ask, get } = serverWith();
    const { token } = await keys.create({ tenant: 'acme', models: ['fast'] });
    expect((await ask(token, 'fast')).status).toBe(200);
    for (const model of ['default', 'a', 'b']) expect((await ask(token, model)).status).toBe(404);
    const { body } = await get(token, '/models');
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual(['fast']);
    expect((await get(token, '/models/a')).status).toBe(404);
  });

  it('has limits of its own', async () => {
    const { clock, keys, ask } = serverWith();
    const limited = await keys.create({ tenant: 'acme', limits: { requestsPerMinute: 2 } });
    const free = await keys.create({ tenant: 'acme' });
    const statuses = [];
    for (let n = 0; n < 3; n++) {
      let response: Response | undefined;
      void ask(limited.token).then((answer) => {
        response = answer;
      });
      // A request may wait for its part of the limit.
      while (response === undefined) {
        await new Promise((resolve) => setImmediate(resolve));
        await clock.advance(1);
      }
      statuses.push(response.status);
    }
    expect(statuses).toEqual([200, 200, 429]);
    expect((await ask(free.token)).status).toBe(200);
  });

  it('can read reports only with the role admin', async () => {
    const { keys, ask, get } = serverWith();
    const caller = await keys.create({ tenant: 'acme', limits: { usdPerDay: 1 } });
    const admin = await keys.create({ tenant: 'ops', role: 'admin' });
    await ask(caller.token);
    expect((await get(caller.token, '/reports/budgets')).status).toBe(403);
    expect((await get(caller.token, '/reports/other')).status).toBe(403);
    const { status, body } = await get(admin.token, '/reports/budgets');
    expect(status).toBe(200);
    expect(body.data).toMatchObject([{ subject: caller.key.id, amount: 1, unit: 'usd' }]);
    expect((await get(admin.token, '/reports/other')).status).toBe(404);
  });

  it('keeps working while the store is unavailable if it was used before', async () => {
    const clock = virtualClock();
    const real = memory({ clock });
    let away = false;
    const store = {
      ...real,
      get: (keys: readonly string[]) => (away ? Promise.reject(new Error('gone')) : real.get(keys)),
    };
    const keys = virtualKeys(store, { clock });
    const { token } = await keys.create({ tenant: 'acme' });
    expect(await keys.identify(token)).toMatchObject({ tenant: 'acme' });
    away = true;
    await clock.advance(60_000);
    expect(await keys.identify(token)).toMatchObject({ tenant: 'acme' });
  });

  it('follows a change by another process within its cache time', async () => {
    const clock = virtualClock();
    const store = memory({ clock });
    const [here, there] = [virtualKeys(store, { clock }), virtualKeys(store, { clock })];
    const { token, key } = await here.create({ tenant: 'acme' });
    expect(await there.identify(token)).toBeDefined();
    await here.update(key.id, { disabled: true });
    await clock.advance(10_001);
    expect(await there.identify(token)).toBeUndefined();
  });

  it('is not lost if several are created at the same time', async () => {
    const keys = virtualKeys(memory());
    await Promise.all(Array.from({ length: 8 }, (_, index) => keys.create({ tenant: `t${index}` })));
    expect(await keys.list()).toHaveLength(8);
  });

  it.each<[string, KeyOptions]>([
    ['key.tenant', { tenant: '' }],
    ['key.role', { tenant: 'a', role: 'root' as never }],
    ['key.models', { tenant: 'a', models: 'fast' as never }],
    ['key.limits.usdPerDay', { tenant: 'a', limits: { usdPerDay: -1 } }],
    ['key.scope', { tenant: 'a', scope: 'x' } as never],
  ])('is rejected with an invalid %s', async (option, options) => {
    const error = await rejection(virtualKeys(memory()).create(options));
    expect(isRouterError(error, 'config') && error.option).toBe(option);
  });
});
