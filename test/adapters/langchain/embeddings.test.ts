import { createRouter, isRouterError } from 'signalbox';
import { toEmbeddings } from 'signalbox/langchain';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { faultServer, json } from '../../support/fault-server.ts';

const price = { input: 1 };

describe('a router as embeddings', () => {
  it('embeds documents in their order, and a query', async () => {
    const provider = scriptedProvider('p');
    const embeddings = toEmbeddings(createRouter({ targets: [{ provider, model: 'e', price }] }), {
      dimensions: 2,
    });
    expect(await embeddings.embedDocuments(['a', 'abc'])).toEqual([
      [1, 1],
      [3, 1],
    ]);
    expect(await embeddings.embedQuery('ab')).toEqual([2, 1]);
    expect(provider.embedCalls[0]).toMatchObject({ dimensions: 2 });
  });

  it('sends no request for no documents', async () => {
    const provider = scriptedProvider('p');
    const router = createRouter({ targets: [{ provider, model: 'e', price }] });
    expect(await toEmbeddings(router).embedDocuments([])).toEqual([]);
    expect(provider.embedCalls).toHaveLength(0);
  });

  it('fails over, and keeps to its route', async () => {
    const first = await faultServer(json({ error: { message: 'overloaded' } }, 503));
    const second = await faultServer(json({ data: [{ index: 0, embedding: [1, 2] }] }));
    try {
      const target = (name: string, baseURL: string) => ({
        provider: openaiCompatible({ name, baseURL, apiKey: 'k' }),
        model: 'e',
        price,
      });
      const router = createRouter({
        targets: [target('one', first.url), target('two', second.url), target('three', second.url)],
        routes: { search: { targets: ['one/e', 'two/e'] } },
        retry: { sameTarget: 0 },
      });
      expect(await toEmbeddings(router, { route: 'search' }).embedQuery('x')).toEqual([1, 2]);
      expect(first.received).toHaveLength(1);
      expect(second.received).toHaveLength(1);
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
  });

  it('rejects with the router’s own error, without trying again', async () => {
    const provider = scriptedProvider('p', [{ error: { kind: 'bad-request', status: 400 } }]);
    const embeddings = toEmbeddings(createRouter({ targets: [{ provider, model: 'e', price }] }));
    const error = await embeddings.embedQuery('x').catch((reason: unknown) => reason);
    expect(isRouterError(error, 'provider')).toBe(true);
    expect(provider.embedCalls).toHaveLength(1);
  });

  it('rejects an unknown option', () => {
    const router = createRouter({ targets: [{ provider: scriptedProvider('p'), model: 'e', price }] });
    const options = { dimensions: 2, batchSize: 5 };
    expect(() => toEmbeddings(router, options)).toThrow(/toEmbeddings\.batchSize: expected one of/);
  });
});
