import { gzipSync } from 'node:zlib';
import { createRouter } from 'signalbox';
import { toDashboard } from 'signalbox/dashboard';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { token } from './support.ts';

const authorization = `Bearer ${token}`;

function handler(options: Partial<Parameters<typeof toDashboard>[1]> = {}) {
  const router = createRouter({ targets: [{ provider: scriptedProvider('alpha'), model: 'one' }] });
  return toDashboard(router, { token, ...options });
}

const call = (
  path: string,
  headers: Readonly<Record<string, string>> = {},
  options: { readonly method?: string; readonly handle?: ReturnType<typeof handler> } = {},
): Promise<Response> => {
  const { method = 'GET', handle = handler() } = options;
  return handle(new Request(`http://localhost:3000${path}`, { method, headers }));
};

describe('the page', () => {
  it('is below 50 KB compressed, with everything in it', async () => {
    const text = await (await call('/signalbox')).text();
    expect(text).toContain('<div id="app">');
    expect(gzipSync(text).length).toBeLessThan(50_000);
    expect(text).not.toMatch(/<(script|link|img)[^>]+(src|href)=["']?(https?:)?\/\//);
  });

  it('has a new nonce each time, and no other source of scripts and styles', async () => {
    const nonces = await Promise.all(
      ['/', '/any/path/'].map(async (path) => {
        const response = await call(path);
        const policy = response.headers.get('content-security-policy') ?? '';
        expect(policy).toMatch(/^default-src 'none'; script-src 'nonce-([\w+/]+)'; style-src 'nonce-\1';/);
        const [, nonce = ''] = /'nonce-([^']+)'/.exec(policy) ?? [];
        const text = await response.text();
        expect(text.match(new RegExp(`nonce="${nonce.replaceAll(/[+/]/g, '\\$&')}"`, 'g'))).toHaveLength(2);
        expect(text).not.toContain('__NONCE__');
        return nonce;
      }),
    );
    expect(nonces[0]).not.toBe(nonces[1]);
  });
});

describe('access', () => {
  it.each([
    ['no token', {}, 401],
    ['a wrong token', { authorization: 'Bearer a-wrong-token-of-some-length' }, 401],
    ['a token in another scheme', { authorization: `Basic ${token}` }, 401],
    ['the right token', { authorization }, 200],
    ['a foreign host', { authorization, host: 'evil.example' }, 403],
    ['a name that only begins like a known one', { authorization, host: 'localhost.evil.example' }, 403],
    ['an address of the machine that is not loopback', { authorization, host: '192.168.0.7:3000' }, 403],
    ['another port of this machine', { authorization, host: '127.0.0.1:4321' }, 200],
    ['IPv6 loopback', { authorization, host: '[::1]:3000' }, 200],
    ['its own origin', { authorization, host: 'localhost:3000', origin: 'http://localhost:3000' }, 200],
    ['a foreign origin', { authorization, host: 'localhost:3000', origin: 'http://evil.example' }, 403],
    ['another port as origin', { authorization, host: 'localhost:3000', origin: 'http://localhost:1' }, 403],
    ['a sandboxed page', { authorization, host: 'localhost:3000', origin: 'null' }, 403],
    ['a request that another site made', { authorization, 'sec-fetch-site': 'cross-site' }, 403],
    ['a request of a sibling domain', { authorization, 'sec-fetch-site': 'same-site' }, 403],
  ] as const)('%s: %s gets %i', async (_, headers, status) => {
    const response = await call('/api/money', headers);
    expect(response.status).toBe(status);
  });

  it('serves the page, too, only to known hosts', async () => {
    expect((await call('/', { host: 'evil.example' })).status).toBe(403);
  });

  it('admits the hosts of the option', async () => {
    const handle = handler({ hosts: ['Ops.Example.com'] });
    expect((await call('/', { host: 'ops.example.com' }, { handle })).status).toBe(200);
    expect((await call('/', { host: 'localhost:3000' }, { handle })).status).toBe(403);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    const response = await call('/api/money', { authorization }, { method });
    expect(response.status).toBe(405);
  });

  it('lets no other site read it, and forbids caching and embedding', async () => {
    for (const path of ['/', '/api/money', '/api/nothing']) {
      const { headers } = await call(path, {
        authorization,
        host: 'localhost:3000',
        origin: 'http://localhost:3000',
      });
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('answers 404 for data that it does not have, and 400 for wrong parameters', async () => {
    expect((await call('/api/nothing', { authorization })).status).toBe(404);
    expect((await call('/api/request?id=nothing', { authorization })).status).toBe(404);
    expect((await call('/api/money?by=color', { authorization })).status).toBe(400);
    expect((await call('/api/money?from=yesterday', { authorization })).status).toBe(400);
    expect((await call('/api/money?where=[1]', { authorization })).status).toBe(400);
    expect((await call('/api/what-if', { authorization })).status).toBe(400);
  });
});

describe('options', () => {
  it.each([
    [{ token: 'short' }, 'toDashboard.token', 'one of 5 characters'],
    [{ token: undefined }, 'toDashboard.token', 'undefined'],
    [{ token: 'a token with some spaces' }, 'toDashboard.token', 'one of 24 characters'],
    [{ token, ledger: {} }, 'toDashboard.ledger', 'an object'],
    [{ token, cache: 1 }, 'toDashboard.cache', '1'],
    [{ token, content: 'yes' }, 'toDashboard.content', "'yes'"],
    [{ token, hosts: [] }, 'toDashboard.hosts', 'a list of 0'],
    [{ token, colour: 'red' }, 'toDashboard.colour', 'an unknown option'],
  ])('%j is refused: %s', (options, path, got) => {
    expect(() => handler(options as never)).toThrow(path);
    expect(() => handler(options as never)).toThrow(got);
  });

  it('needs a router or a ledger', () => {
    expect(() => toDashboard(undefined, { token })).toThrow('neither');
  });
});

describe('events', () => {
  const staged = () => {
    const clock = virtualClock();
    const provider = scriptedProvider('alpha', [{ delay: 100 }], clock);
    const router = createRouter({ targets: [{ provider, model: 'one' }], clock });
    const handle = toDashboard(router, { token, clock });
    const events = async (lastId?: string) => {
      const response = await call(
        '/api/events',
        { authorization, ...(lastId === undefined ? {} : { 'last-event-id': lastId }) },
        { handle },
      );
      return (response.body ?? new ReadableStream<Uint8Array>()).getReader();
    };
    return { clock, router, events };
  };
  type Reader = ReadableStreamDefaultReader<Uint8Array>;
  const textOf = async (reader: Reader): Promise<string> =>
    new TextDecoder().decode((await reader.read()).value);
  const eventOf = (text: string) => {
    const [, id = '', data = '{}'] = /^id: (.*)\ndata: (.*)\n\n$/.exec(text) ?? [];
    return { id, data: JSON.parse(data) };
  };

  it('begins with everything, then sends what changes', async () => {
    const { clock, router, events } = staged();
    await router.warmup(); // loading code takes real time
    const reader = await events();
    const first = eventOf(await textOf(reader));
    expect(new Set(Object.keys(first.data))).toEqual(
      new Set(['about', 'budgets', 'caches', 'notices', 'outages', 'targets', 'totals']),
    );
    const answer = router.chat({ prompt: 'Hi' });
    await clock.advance(250);
    const { data } = eventOf(await textOf(reader));
    expect(data.requests).toMatchObject([{ outcome: 'success', target: 'alpha/one' }]);
    expect(data.targets).toBeUndefined();
    await answer;
    await reader.cancel();
  });

  it('shows targets that are added and models that calls name, and drops those that are removed', async () => {
    const clock = virtualClock();
    const router = createRouter({ providers: [scriptedProvider('alpha', [{}], clock)], clock });
    const handle = toDashboard(router, { token, clock });
    const reader = (
      (await call('/api/events', { authorization }, { handle })).body ?? new ReadableStream<Uint8Array>()
    ).getReader();
    await textOf(reader);
    await router.addTarget({
      provider: scriptedProvider('beta', [{}], clock),
      model: 'two',
      price: { input: 1 },
    });
    await router.chat({ prompt: 'Hi' });
    await router.chat({ prompt: 'Hi' }, { model: 'alpha/one' });
    await clock.advance(250);
    const { requests } = eventOf(await textOf(reader)).data;
    await clock.advance(1_000);
    const { targets } = eventOf(await textOf(reader)).data;
    expect(targets).toMatchObject([
      { id: 'beta/two', attempts: 1, perMinute: 1 },
      { id: 'alpha/one', attempts: 1, perMinute: 1 },
    ]);
    expect(requests).toHaveLength(2);
    const money = await call('/api/money?by=model', { authorization }, { handle });
    expect((await money.json()).rows.map(({ name }: { name: string }) => name).toSorted()).toEqual([
      'one',
      'two',
    ]);
    await router.removeTarget('beta/two');
    await clock.advance(1_000);
    expect(eventOf(await textOf(reader)).data.gone).toEqual(['beta/two']);
    await reader.cancel();
  });

  it('resumes after the last event that the reader has', async () => {
    const { clock, router, events } = staged();
    const reader = await events();
    await textOf(reader);
    const answers = [router.chat({ prompt: 'Hi' }, { tenant: 'early' })];
    await clock.advance(250);
    const { id } = eventOf(await textOf(reader));
    await reader.cancel();
    answers.push(router.chat({ prompt: 'Hi' }, { tenant: 'late' }));
    await clock.advance(250);
    await Promise.all(answers);
    const again = await events(id);
    const { data } = eventOf(await textOf(again));
    expect(data.requests).toMatchObject([{ tenant: 'late' }]);
    expect(data.all).toBeUndefined();
    await again.cancel();
  });

  it('starts over for an id of another process', async () => {
    const { clock, router, events } = staged();
    const answer = router.chat({ prompt: 'Hi' });
    await clock.advance(250);
    await answer;
    const reader = await events('0a1b2c3d-99');
    expect(eventOf(await textOf(reader)).data).toMatchObject({
      all: true,
      requests: [{ outcome: 'success' }],
    });
    await reader.cancel();
  });

  it('keeps a quiet connection open with comments', async () => {
    const { clock, events } = staged();
    const reader = await events();
    await textOf(reader);
    let text = '';
    const next = textOf(reader).then((value) => {
      text = value;
    });
    await clock.advance(14_500);
    expect(text).toBe('');
    await clock.advance(1_000);
    await next;
    expect(text).toBe(': heartbeat\n\n');
    await reader.cancel();
  });

  it('queues one event at most for a reader that is slow, which gets the sum later', async () => {
    const { clock, router, events } = staged();
    const reader = await events();
    await clock.advance(250);
    for (let index = 0; index < 5; index++) {
      const answer = router.chat({ prompt: 'Hi' });
      await clock.advance(1_000);
      await answer;
    }
    await textOf(reader);
    await clock.advance(250);
    expect(eventOf(await textOf(reader)).data.requests).toHaveLength(5);
    await reader.cancel();
  });

  it('drops a reader that does not read for half a minute, and stops its timer', async () => {
    const { clock, events } = staged();
    const reader = await events();
    await clock.advance(60_000);
    expect(clock.timers).toBe(0);
    await expect(
      (async () => {
        for (;;) if ((await reader.read()).done) return;
      })(),
    ).rejects.toThrow('too slow');
  });

  it('stops when the reader leaves', async () => {
    const { clock, events } = staged();
    const reader = await events();
    await textOf(reader);
    await reader.cancel();
    await clock.advance(1_000);
    expect(clock.timers).toBe(0);
  });
});
