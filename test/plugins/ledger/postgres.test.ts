import { Pool } from 'pg';
import { ConfigError } from 'signalbox';
import { postgres } from 'signalbox/ledger';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isMissing, postgresCluster } from './postgres-cluster.ts';
import { listed, worldWith } from './support.ts';

describe.skipIf(isMissing)(
  'ledger(postgres()) on a real server (skipped if PostgreSQL is not installed)',
  () => {
    let cluster: ReturnType<typeof postgresCluster>;
    let pool: Pool;
    beforeAll(() => {
      cluster = postgresCluster();
      pool = new Pool(cluster.connection);
      // Connections that are idle when the server stops.
      pool.on('error', () => {});
    });
    afterAll(async () => {
      await pool?.end();
      cluster?.remove();
    });
    beforeEach(() => pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public'));

    it('writes the same rows and sums as SQLite, and a chain that verifies', async () => {
      const { router, usage } = worldWith(
        postgres(pool, { key: 'a key of enough length', timeZone: 'Europe/Berlin' }),
        {
          scripts: { a: [{ error: { kind: 'server', status: 500 } }] },
          options: { content: 'full', audit: true },
        },
      );
      await router.chat({ prompt: 'q' }, { tenant: 'acme', user: 'u1', tags: ['x', 'y'] });
      await router.chat({ prompt: 'q' }, { tenant: '\u0000 null \ud800' });
      await usage.flush();
      expect(usage.status).toMatchObject({ dropped: 0, error: undefined });
      expect(await listed(usage.rows({ where: { tag: 'x' } }))).toMatchObject([
        {
          target: 'b/m',
          charge: 'answer',
          tenant: 'acme',
          tags: ['x', 'y'],
          cost: { total: 0.003 },
          main: true,
        },
        { target: 'a/m', charge: 'failed' },
      ]);
      expect(await usage.query({ by: ['day', 'tenant', 'model'] })).toMatchObject([
        {
          key: { day: '2026-01-01', tenant: 'acme', model: 'm' },
          requests: 1,
          failovers: 1,
          cost: { total: 0.003 },
        },
        { requests: 1 },
      ]);
      expect(await usage.query({ by: ['tag'], timeZone: 'Asia/Kathmandu' })).toMatchObject([
        { key: { tag: 'x' } },
        { key: { tag: 'y' } },
        { key: { tag: null } },
      ]);
      expect((await usage.query({ by: ['target'], latency: true }))[0]?.latency).toBeDefined();
      expect((await listed(usage.audits())).map(({ action }) => action)).toEqual(['request', 'request']);
      expect(await usage.verify({ key: 'a key of enough length' })).toMatchObject({ ok: true, rows: 6 });
      await pool.query(`UPDATE signalbox_ledger SET cost = 0 WHERE seq = 2`);
      expect(await usage.verify({ key: 'a key of enough length' })).toMatchObject({
        problems: [{ seq: 2, problem: 'changed' }],
      });
    });

    it('adds up what several processes write at the same time', async () => {
      const worlds = Array.from({ length: 4 }, () => worldWith(postgres(pool), { options: { batch: 5 } }));
      await Promise.all(
        worlds.map(async ({ router, usage }) => {
          for (let number = 0; number < 40; number++)
            await router.chat({ prompt: 'q' }, { tenant: `t${number % 3}` });
          await usage.flush();
        }),
      );
      const [usage] = worlds.map((world) => world.usage);
      expect(await usage?.query()).toMatchObject([{ requests: 160, cost: { total: 0.48 } }]);
      expect(await usage?.verify()).toMatchObject({ ok: true, rows: 160 });
      expect(worlds.map((world) => world.usage.status.error)).toEqual(Array(4).fill(undefined));
    });

    it('writes each row once despite an outage of the server, while requests continue', async () => {
      const { router, usage, events } = worldWith(postgres(pool), { options: { batch: 2 } });
      await router.chat({ prompt: 'q' });
      await usage.flush();
      cluster.stop();
      for (let number = 0; number < 5; number++) await router.chat({ prompt: 'q' });
      await expect
        .poll(() => events.some(({ type }) => type === 'plugin-error'), { timeout: 10_000 })
        .toBe(true);
      cluster.start();
      await usage.flush();
      expect(usage.status).toMatchObject({ written: 6, dropped: 0 });
      expect(await usage.query()).toMatchObject([{ requests: 6 }]);
      expect(await usage.verify()).toMatchObject({ ok: true, rows: 6 });
    }, 30_000);

    it('writes no batch twice if the answer to its commit is lost', async () => {
      let lost = 0;
      const losing = {
        query: (sql: string, parameters?: unknown[]) => pool.query(sql, parameters),
        async connect() {
          const client = await pool.connect();
          return {
            async query(sql: string, parameters?: unknown[]) {
              const found = await client.query(sql, parameters);
              if (sql === 'COMMIT' && ++lost === 4) throw new Error('Connection terminated unexpectedly');
              return found;
            },
            release: (failed?: boolean) => client.release(failed),
          };
        },
      };
      const { router, usage } = worldWith(postgres(losing), { options: { batch: 1 } });
      for (let number = 0; number < 4; number++) await router.chat({ prompt: 'q' });
      await usage.flush();
      expect(lost).toBeGreaterThanOrEqual(4);
      expect(await usage.query()).toMatchObject([{ requests: 4 }]);
      expect(await usage.verify()).toMatchObject({ ok: true, rows: 4 });
    });
  },
);

describe('postgres()', () => {
  it('rejects a value that is not a client', () => {
    expect(() => postgres({} as never)).toThrow(ConfigError);
  });
});
