import { createRouter, type Provider, type ProviderError } from 'signalbox';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { virtualClock } from 'signalbox/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failurePolicyOf } from '../../src/core/attempt/failure/failure-policy.ts';
import { callOf } from '../conformance/scenarios.ts';
import { type Behavior, events, type FaultServer, faultServer, json } from '../support/fault-server.ts';
import { outcome, rejection } from '../support/requests.ts';
import type { Row } from './rows.ts';
import { failingStream, injected, ownTransport, type VendorName, vendors } from './vendors.ts';

const model = 'gemini-2.5-flash';

/** Tests what each failure becomes: with each of its vendors, as an answer, instead of a stream and inside one, and in a router. */
export function describeRows(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    let server: FaultServer;
    let healthy: FaultServer;
    const providers = new Map<VendorName, Provider>();
    beforeAll(async () => {
      server = await faultServer();
      healthy = await faultServer(json({ choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] }));
      for (const vendor of new Set(rows.flatMap((row) => row.vendors)))
        providers.set(vendor, vendors[vendor](server.url));
    });
    afterAll(() => Promise.all([server.close(), healthy.close()]));

    const providerOf = (vendor: VendorName): Provider => {
      const provider = providers.get(vendor);
      if (provider === undefined) throw new Error(vendor);
      return provider;
    };
    const chatError = (provider: Provider, behavior: Behavior): Promise<ProviderError> => {
      server.behave(behavior);
      return rejection(provider.chat(callOf('text', model))) as Promise<ProviderError>;
    };
    const streamError = (provider: Provider, behavior: Behavior): Promise<ProviderError> => {
      server.behave(behavior);
      const reading = (async () => {
        for await (const part of provider.stream(callOf('text', model))) expect(part.type).toBe('response');
      })();
      return rejection(reading) as Promise<ProviderError>;
    };

    const check = (error: ProviderError, vendor: VendorName, row: Row, status: number): void => {
      const { code, limit, follows } = row.expected;
      const retryAfter =
        vendor === 'legacy' && row.legacy !== undefined ? row.legacy.retryAfter : row.expected.retryAfter;
      const own = ownTransport(vendor);
      expect({
        kind: error.kind,
        scope: error.scope,
        status: error.status,
        limit: error.limit,
        answered: error.answered,
        ...(own ? { code: error.vendorCode, requestId: error.requestId } : {}),
      }).toEqual({
        kind: row.expected.kind,
        scope: row.expected.scope,
        status,
        limit,
        answered: true,
        ...(own ? { code, requestId: 'req-1' } : {}),
      });
      if (retryAfter !== 'some') expect(error.retryAfter).toBe(retryAfter);
      else expect(error.retryAfter).toBeGreaterThan(0);
      const { failover, retry, health } = failurePolicyOf(error, () => undefined);
      expect({ failover, retry, health }).toEqual(follows);
    };

    describe.each(rows.map((row) => [row.name, row] as const))('%s', (_, row) => {
      const { status, headers, body, inStream = false } = row;
      const stands = row.expected.status ?? status;

      it.each(row.vendors)('as an answer of %s', async (vendor) => {
        check(await chatError(providerOf(vendor), json(body, status, headers)), vendor, row, stands);
      });

      it.each(row.vendors)('instead of a stream of %s', async (vendor) => {
        check(await streamError(providerOf(vendor), json(body, status, headers)), vendor, row, stands);
      });

      if (inStream !== false) {
        it.each(row.vendors)('inside a stream of %s, before its first token', async (vendor) => {
          const error = await streamError(
            providerOf(vendor),
            events(failingStream(vendor, body), 'end', headers),
          );
          check(error, vendor, row, inStream === true ? stands : inStream);
        });
      }

      it.each(row.vendors.filter((vendor) => injected[vendor] !== undefined))(
        'through an injected client, of %s',
        async (vendor) => {
          const provider = injected[vendor]?.(server.url) ?? providerOf(vendor);
          const errors = [await chatError(provider, json(body, status, headers))];
          const streamed = await streamError(provider, json(body, status, headers));
          // Of a stream that is none, the SDK leaves only that it has no end.
          if (status === 200) expect(streamed.kind).toBe('truncated');
          else errors.push(streamed);
          for (const error of errors) {
            const { kind, scope, limit } = row.expected;
            expect(error).toMatchObject({ kind, scope, status: stands, limit });
            // Google's SDK keeps the headers to itself.
            if (vendor !== 'gemini') check(error, vendor, row, stands);
          }
        },
      );

      it('fails over or rejects, and sets the target’s state', async () => {
        const [vendor = 'openai'] = row.vendors;
        const price = { input: 1, output: 1 };
        const router = createRouter({
          clock: virtualClock(),
          targets: [
            { id: 'first', provider: vendors[vendor](server.url), model, price },
            {
              id: 'second',
              provider: openaiCompatible({ name: 'house', baseURL: healthy.url }),
              model,
              price,
            },
          ],
        });
        server.behave(json(body, status, headers));
        const { kind, code, limit, follows } = row.expected;
        const ends: unknown[] = [];
        router.on('attempt-end', ({ target, error }) => target === 'first' && ends.push(error));
        const settled = await outcome(router.chat({ prompt: 'Hi' }));
        if (follows.failover) expect(settled).toMatchObject({ value: { target: 'second' } });
        else expect(settled).toMatchObject({ error: { code: 'provider', kind } });
        expect(ends).toEqual([
          {
            kind,
            status: stands,
            ...(code === undefined ? {} : { code }),
            ...(limit === undefined ? {} : { limit }),
          },
        ]);
        const { health, failures } = router.stats().find(({ id }) => id === 'first') ?? {};
        const states = {
          cooldown: 'cooling-down',
          quarantine: 'misconfigured',
          failure: 'healthy',
          nothing: 'healthy',
        };
        expect(health).toBe(states[follows.health]);
        expect(failures).toBe(follows.health === 'nothing' ? 0 : 1);
        await router.close();
      });
    });
  });
}
