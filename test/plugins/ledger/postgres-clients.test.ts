import { PGlite } from '@electric-sql/pglite';
import connect from 'postgres';
import { type PostgresClient, postgres } from 'signalbox/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing, postgresCluster } from './postgres-cluster.ts';
import { listed, usual, worldWith } from './support.ts';

/** What each client has to do: rows, sums, a chain over two batches, and nothing of a batch that fails. */
async function use(client: PostgresClient): Promise<void> {
  const { router, usage } = worldWith(postgres(client, { timeZone: 'Europe/Berlin' }), {
    scripts: { a: [{ error: { kind: 'server', status: 500 } }, usual] },
    options: { audit: true },
  });
  await router.chat({ prompt: 'q' }, { tenant: 'acme', user: 'u1', tags: ['x'] });
  await usage.flush();
  await router.chat({ prompt: 'q' }, { tenant: 'o’brien', user: 'u2' });
  await usage.flush();
  expect(usage.status).toMatchObject({ dropped: 0, error: undefined });
  expect(await listed(usage.rows({ where: { tag: 'x' } }))).toMatchObject([
    { target: 'b/m', charge: 'answer', tags: ['x'], cost: { total: 0.003 } },
    { target: 'a/m', charge: 'failed', errorStatus: 500 },
  ]);
  for (const timeZone of ['Europe/Berlin', 'Asia/Kathmandu'])
    expect(await usage.query({ by: ['day', 'tenant'], timeZone })).toMatchObject([
      { key: { day: '2026-01-01', tenant: 'acme' }, requests: 1, failovers: 1, cost: { total: 0.003 } },
      { key: { tenant: 'o’brien' }, requests: 1 },
    ]);
  expect(await usage.query({ by: ['user'] })).toMatchObject([
    { key: { user: 'u1' } },
    { key: { user: 'u2' } },
  ]);
  expect(await usage.query({ by: ['hour'], where: { tenant: 'acme' } })).toMatchObject([
    { key: { hour: '2026-01-01T01' }, requests: 1 },
  ]);
  expect(await listed(usage.audits())).toHaveLength(2);
  expect(await usage.verify()).toMatchObject({ ok: true, problems: [] });
}

describe('ledger(postgres()) with PGlite', () => {
  it('writes rows, sums and a chain that verifies', async () => {
    const client = await PGlite.create();
    await use(client);
    await client.close();
  });
});

describe.skipIf(isMissing)(
  'ledger(postgres()) with a client of postgres (skipped if PostgreSQL is not installed)',
  () => {
    let cluster: ReturnType<typeof postgresCluster>;
    beforeAll(() => {
      cluster = postgresCluster();
    });
    afterAll(() => cluster?.remove());

    it('writes rows, sums and a chain that verifies', async () => {
      const { host, user, database } = cluster.connection;
      const client = connect({ host, user, database, onnotice: () => {} });
      await use(client);
      await client.end();
    });
  },
);
