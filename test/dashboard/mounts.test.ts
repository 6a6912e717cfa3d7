import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Hono } from 'hono';
import { createRouter } from 'signalbox';
import { toDashboard } from 'signalbox/dashboard';
import { toNodeHandler } from 'signalbox/openai-fetch';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { token } from './support.ts';

function dashboard() {
  const router = createRouter({ targets: [{ provider: scriptedProvider('alpha', [{}]), model: 'one' }] });
  onTestFinished(() => router.close());
  return toDashboard(router, { token });
}

/** The page, data with the token, and the refusal without it. */
async function check(get: (path: string, headers?: Record<string, string>) => Promise<Response>) {
  const page = await get('/ops/');
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('<title>');
  const data = await get('/ops/api/money?by=tenant', { authorization: `Bearer ${token}` });
  expect(await data.json()).toMatchObject({ source: 'live', by: 'tenant' });
  expect((await get('/ops/api/money?by=tenant')).status).toBe(401);
}

describe('the dashboard', () => {
  it('mounts in Express', async () => {
    const app = express();
    app.use('/ops', toNodeHandler(dashboard()));
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await check((path, headers = {}) => fetch(`http://127.0.0.1:${port}${path}`, { headers }));
  });

  it('mounts in Hono', async () => {
    const handler = dashboard();
    const app = new Hono().all('/ops/*', (context) => handler(context.req.raw));
    await check(async (path, headers = {}) => app.request(`http://localhost${path}`, { headers }));
  });
});
