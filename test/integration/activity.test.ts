import type { ProviderCall } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { until } from '../faults/stage.ts';
import { answer, ownTransport, refuse, vendors, words } from '../faults/vendors.ts';
import { faultServer } from '../support/fault-server.ts';
import { overFetch } from '../support/over-fetch.ts';
import { rejection } from '../support/requests.ts';

function callOf(model: string, onActivity: () => void): ProviderCall {
  const { signal } = new AbortController();
  return { model, messages: [{ role: 'user', content: 'Hi' }], signal, onActivity };
}

function suite(): void {
  describe.each(ownTransport)('%s', (name) => {
    const vendor = vendors[name];

    it('shows activity with the headers of a chat and with each piece of its body', async () => {
      let signs = 0;
      const body = JSON.stringify(vendor.said(words).answer);
      const server = await faultServer(async (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.flushHeaders();
        await until(() => signs === 1);
        response.write(' ');
        await until(() => signs === 2);
        response.end(body);
      });
      const { content } = await vendor.create(server.url).chat(
        callOf(vendor.model, () => {
          signs += 1;
        }),
      );
      expect(content).toMatchObject([{ type: 'text', text: words }]);
      expect(signs).toBeGreaterThanOrEqual(3);
      await server.close();
    });

    it('shows activity with the headers of a stream, before its first event', async () => {
      let signs = 0;
      const server = await faultServer(async (response, received) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.flushHeaders();
        await until(() => signs === 1);
        await answer(vendor, 'stream')(Object.assign(response, { writeHead: () => response }), received);
      });
      const parts = vendor.create(server.url).stream(
        callOf(vendor.model, () => {
          signs += 1;
        }),
      );
      let text = '';
      for await (const part of parts) if (part.type === 'text-delta') text += part.text;
      expect(text).toBe(words);
      expect(signs).toBe(1);
      await server.close();
    });

    it('shows none with a refusal', async () => {
      let signs = 0;
      const server = await faultServer(refuse(vendor, 'server'));
      await rejection(
        vendor.create(server.url).chat(
          callOf(vendor.model, () => {
            signs += 1;
          }),
        ),
      );
      expect(signs).toBe(0);
      await server.close();
    });
  });
}

describe('a provider over its own connections', suite);
describe('a provider over fetch', () => {
  overFetch();
  suite();
});
