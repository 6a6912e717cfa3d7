import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClickHouseLogLevel, type ClickHouseClient as Client, createClient } from '@clickhouse/client';
import { ConfigError } from 'signalbox';
import { clickhouse } from 'signalbox/ledger';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listed, worldWith } from './support.ts';

/**
 * What a server gets and gives, by its HTTP interface: Debian's package is from 2018 and lacks what the ledger uses, and no other server can
 * be had here. It keeps what is inserted and gives back a table whole, so the SQL of reads is not run: rows come back as ClickHouse writes
 * them, with 64-bit integers as text. The SQL was run by hand in ClickHouse 26.7, by the npm package chdb 3.4, with the same rows, sums and
 * verification as in SQLite; it is half a gigabyte, too much for every run.
 */
const tables = new Map<string, Record<string, unknown>[]>();
const queries: string[] = [];
const tokens = new Map<string, number>();
/** What a query for sums gives back. */
const summed = { by_tenant: 'acme', by_day: '2026-01-01', sum_requests: '7', sum_cost_answer: '3000000' };
let failures = 0;
let client: Client;
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    const parameters = new URL(request.url ?? '', 'http://localhost').searchParams;
    const query = parameters.get('query') ?? body;
    queries.push(query);
    const insert = /^INSERT INTO (\S+)/.exec(query.trim())?.[1];
    if (insert !== undefined) {
      const token = parameters.get('insert_deduplication_token') ?? '';
      const times = (tokens.get(token) ?? 0) + 1;
      tokens.set(token, times);
      if (times === 1) {
        const rows = body
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
        tables.set(insert, [...(tables.get(insert) ?? []), ...rows]);
      }
      // The rows have arrived; the answer gets lost.
      if (failures-- > 0) response.destroy();
      else response.end();
      return;
    }
    if (query.includes('AS "sum_requests"')) {
      response.end(`${JSON.stringify(summed)}\n`);
      return;
    }
    const from = /FROM (signalbox_\w+)/.exec(query)?.[1];
    const isFirstPage = !/> \('?\w/.test(query) || parameters.get('param_p1') === '';
    const rows = from === undefined || !isFirstPage ? [] : (tables.get(from) ?? []);
    const asText = (_: string, value: unknown) => (typeof value === 'number' ? String(value) : value);
    response.end(rows.map((row) => `${JSON.stringify(row, asText)}\n`).join(''));
  });
});

beforeEach(async () => {
  tables.clear();
  tokens.clear();
  queries.length = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = createClient({ url: `http://127.0.0.1:${port}`, log: { level: ClickHouseLogLevel.OFF } });
});
afterEach(async () => {
  await client.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

describe('ledger(clickhouse()), by the wire format,', () => {
  it('creates its tables and inserts rows, heads and audits as JSONEachRow', async () => {
    const { router, usage } = worldWith(clickhouse(client), { options: { audit: true } });
    await router.chat({ prompt: 'q' }, { tenant: 'acme', tags: ['x'] });
    await usage.flush();
    expect(usage.status).toMatchObject({ written: 2, dropped: 0, error: undefined });
    expect(queries.filter((query) => query.startsWith('CREATE TABLE'))).toHaveLength(4);
    expect(tables.get('signalbox_ledger')).toMatchObject([
      { seq: 1, tenant: 'acme', tags: '["x"]', target: 'a/m', cost: 3_000_000, charge: 'answer', main: 1 },
    ]);
    expect(tables.get('signalbox_ledger_audits')).toMatchObject([{ action: 'request', actor: 'acme' }]);
    expect(tables.get('signalbox_ledger_chains')).toHaveLength(2);
  });

  it('adds up in ClickHouse, in one statement, days by its own time zones', async () => {
    const { usage } = worldWith(clickhouse(client));
    const where = { tenant: "o'brien" };
    expect(await usage.query({ by: ['tenant', 'day'], where, timeZone: 'Asia/Kolkata' })).toMatchObject([
      { key: { tenant: 'acme', day: '2026-01-01' }, requests: 7, cost: { answer: 0.003 } },
    ]);
    const reads = queries.filter((query) => query.includes('SELECT'));
    expect(reads).toHaveLength(1);
    expect(reads[0]).toContain(`formatDateTime(fromUnixTimestamp64Milli(r."at"), '%Y-%m-%d', {p1:String})`);
    expect(reads[0]).toMatch(/"tenant" IN \(\{p\d:String\}\)/);
    expect(reads[0]).toContain('GROUP BY 1, 2');
    expect(reads[0]).not.toContain('brien');
  });

  it('reads rows and the chain back', async () => {
    const { router, usage } = worldWith(clickhouse(client));
    await router.chat({ prompt: 'q' }, { tenant: 'acme' });
    await usage.flush();
    expect(await listed(usage.rows({ where: { tenant: 'acme', tag: ['x', null] } }))).toMatchObject([
      { tenant: 'acme', main: true, cost: { total: 0.003 }, usage: { inputTokens: 1_000 } },
    ]);
    const asked = queries.at(-1) ?? '';
    expect(asked).toMatch(/"tenant" IN \(\{p\d:String\}\)/);
    expect(asked).not.toContain('acme');
    expect(await usage.verify()).toMatchObject({ ok: true, rows: 1 });
  });

  it('sends a batch whose answer was lost again, with the same token', async () => {
    failures = 1;
    const { router, usage } = worldWith(clickhouse(client));
    await router.chat({ prompt: 'q' });
    await usage.flush();
    expect(usage.status).toMatchObject({ written: 1, dropped: 0 });
    expect(tables.get('signalbox_ledger')).toHaveLength(1);
    expect([...tokens.values()]).toContain(2);
  });

  it('refuses what is no client', () => {
    expect(() => clickhouse({} as never)).toThrow(ConfigError);
  });
});
