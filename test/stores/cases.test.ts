import type { Store } from 'signalbox';
import { memory } from 'signalbox/memory';
import { storeCases, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';

/** The names of the cases that a store does not pass. */
async function failures(change: (store: Store) => Partial<Store>): Promise<readonly string[]> {
  const failed: string[] = [];
  const cases = storeCases(() => {
    const clock = virtualClock();
    const store = memory({ clock });
    return {
      store: { ...store, ...change(store) },
      advance: (ms) => clock.advance(ms),
      date: async () => clock.date(),
    };
  });
  for (const { name, run } of cases)
    await run().catch((error: unknown) => {
      failed.push(`${name}: ${String(error)}`);
    });
  return failed;
}

describe('storeCases()', () => {
  it('passes a store that meets the contract', async () => {
    expect(await failures(() => ({}))).toEqual([]);
  });

  it.each<[string, (store: Store) => Partial<Store>, string]>([
    [
      'mixes up values',
      (store) => ({ get: async (keys) => (await store.get(keys)).toReversed() }),
      'in the order',
    ],
    [
      'ignores onlyIf',
      (store) => ({ set: (key, value, { ttl }) => store.set(key, value, { ttl }) }),
      'absent',
    ],
    [
      'keeps values forever',
      (store) => ({ set: (key, value, options) => store.set(key, value, { ...options, ttl: 1e12 }) }),
      'values expire',
    ],
    [
      'overwrites counts',
      (store) => ({
        publish: async (changes) => {
          await store.delete(changes.map(({ key }) => key));
          await store.publish(changes);
        },
      }),
      'knowledge adds',
    ],
    [
      'has another time',
      (store) => ({ read: async (keys) => ({ ...(await store.read(keys)), now: 5 }) }),
      'time',
    ],
    [
      'grants all that is wanted',
      (store) => ({ lease: async (request) => ({ ...(await store.lease(request)), granted: request.want }) }),
      'beyond the limit',
    ],
    [
      'books a repeated call twice',
      (store) => {
        let calls = 0;
        return { lease: (request) => store.lease({ ...request, sequence: ++calls }) };
      },
      'repeated',
    ],
    [
      'gives expired leases back',
      (store) => ({ lease: (request) => store.lease({ ...request, expired: 'returned' }) }),
      'does not return',
    ],
    [
      'does not ask holders what it has lost',
      (store) => ({ lease: ({ last: _, ...request }) => store.lease(request) }),
      'lost are restored',
    ],
    ['forgets to settle', () => ({ settle: async () => {} }), 'returns late'],
    ['deletes nothing', () => ({ delete: async () => {} }), 'delete()'],
  ])('finds a store that %s', async (_, change, message) => {
    expect((await failures(change)).join('\n')).toContain(message);
  });

  it('reports the expected and the actual value', async () => {
    const [failure] = await failures(() => ({ get: async (keys) => keys.map(() => undefined) }));
    expect(failure).toContain('expected ["2",null,"1"], got [null,null,null]');
  });

  it('closes what it opened, even if a case fails', async () => {
    let open = 0;
    const [first] = storeCases(async () => {
      open += 1;
      return {
        store: { ...memory(), get: () => Promise.reject(new Error('gone')) },
        advance: async () => {},
        date: async () => 0,
        async close() {
          open -= 1;
        },
      };
    });
    await expect(first?.run()).rejects.toThrow('gone');
    expect(open).toBe(0);
  });
});
