import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createRouter } from 'signalbox';
import { toDashboard } from 'signalbox/dashboard';
import { ledger, sqlite } from 'signalbox/ledger';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serve } from '../../src/cli/dashboard/serve.ts';
import { token } from './support.ts';

// `Host`, `Origin`, CORS, the policy of the page, methods and tokens: handler.test.ts. Names as text, no script but its own, the token's
// way out of the address: page.test.ts.

const authorization = `Bearer ${token}`;

async function dataOf(handle: ReturnType<typeof toDashboard>): Promise<string> {
  const get = (path: string) =>
    handle(new Request(`http://localhost/api/${path}`, { headers: { authorization } }));
  const reader = ((await get('events')).body ?? new ReadableStream<Uint8Array>()).getReader();
  const event = new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  const { requests } = JSON.parse(event.split('\ndata: ')[1] ?? '{}') as { requests: { id: string }[] };
  const details = await Promise.all(
    requests.map(async ({ id }) => (await get(`request?id=${encodeURIComponent(id)}`)).text()),
  );
  const money = await (await get('money?by=target')).text();
  return [event, ...details, money].join('\n');
}

/** Whether a server answers there. */
async function isOpen(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('the data', () => {
  it('has no key, header or prompt, also of requests that failed', async () => {
    const secrets = { apiKey: 'sk-of-the-house', headers: { 'x-internal': 'header-of-the-house' } };
    const house = openaiCompatible({ name: 'house', baseURL: 'http://127.0.0.1:9/v1', ...secrets });
    const router = createRouter({
      targets: [
        { provider: house, model: 'one' },
        { provider: scriptedProvider('other', [{}]), model: 'two' },
      ],
      log: false,
    });
    onTestFinished(() => router.close());
    const handle = toDashboard(router, { token });
    await router.chat({ prompt: 'the secret prompt' }, { tenant: 'acme' });
    const data = await dataOf(handle);
    expect(data).toContain('house/one');
    expect(data).not.toMatch(/of-the-house|secret prompt/);
    expect(data).not.toContain(token);
  });

  it('is of the last 1,000 requests', async () => {
    const provider = scriptedProvider('alpha', [{}]);
    const router = createRouter({ targets: [{ provider, model: 'one' }] });
    onTestFinished(() => router.close());
    const handle = toDashboard(router, { token });
    for (let number = 0; number < 1_010; number++)
      await router.chat({ prompt: 'Hi' }, { user: `user-${number}` });
    const data = await dataOf(handle);
    expect(data).not.toContain('"user":"user-9"');
    expect(data).toContain('"user":"user-10"');
    expect(data).toContain('"user":"user-1009"');
    expect(JSON.parse(data.split('\ndata: ')[1]?.split('\n')[0] ?? '{}').requests).toHaveLength(1_000);
  });

  it('cannot be changed: no request that the handler takes writes anything', async () => {
    const router = createRouter({ targets: [{ provider: scriptedProvider('alpha', [{}]), model: 'one' }] });
    onTestFinished(() => router.close());
    const handle = toDashboard(router, { token });
    await router.chat({ prompt: 'Hi' });
    const counts = () =>
      router.stats().map(({ id, attempts, health, inFlight }) => [id, attempts, health, inFlight]);
    const before = counts();
    await dataOf(handle);
    for (const name of ['events', 'request', 'money', 'what-if'])
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
        expect(
          (await handle(new Request(`http://localhost/api/${name}`, { method, headers: { authorization } })))
            .status,
        ).toBe(405);
    expect(counts()).toEqual(before);
  });
});

describe('the server of the command', () => {
  it('listens on 127.0.0.1 only', async () => {
    const served = await serve(async () => new Response('ok'), 0);
    onTestFinished(() => served.close());
    expect(await isOpen('127.0.0.1', served.port)).toBe(true);
    // Another address of the same machine.
    expect(await isOpen('127.0.0.2', served.port)).toBe(false);
  });

  it('prints an address with the token in its fragment, which browsers do not send, and serves until it is ended', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-served-'));
    const usage = ledger(sqlite(join(folder, 'usage.db')));
    const router = createRouter({
      targets: [{ provider: scriptedProvider('alpha', [{}]), model: 'one' }],
      plugins: [usage],
    });
    await router.chat({ prompt: 'Hi' }, { tenant: 'acme' });
    await router.close();
    const child = spawn(
      process.execPath,
      ['src/cli/main.ts', 'dashboard', '--db', join(folder, 'usage.db')],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = once(child, 'exit');
    onTestFinished(async () => {
      child.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    });
    const [line] = await once(createInterface(child.stdout), 'line');
    const [, origin = '', secret = ''] = /(http:\/\/127\.0\.0\.1:\d+)\/#token=([\w-]{24})$/.exec(line) ?? [];
    // The page itself is put in when the package is built.
    expect((await fetch(`${origin}/`)).headers.get('content-type')).toContain('text/html');
    const money = `${origin}/api/money?by=tenant`;
    expect((await fetch(money)).status).toBe(401);
    const answer = await fetch(money, { headers: { authorization: `Bearer ${secret}` } });
    expect(await answer.json()).toMatchObject({ source: 'ledger', rows: [{ name: 'acme', requests: 1 }] });
  });
});
