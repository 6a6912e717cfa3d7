import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import fc from 'fast-check';
import {
  jsonl,
  type LedgerDimension,
  type LedgerQuery,
  type LedgerWriter,
  postgres,
  sqlite,
} from 'signalbox/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

type LedgerRecord = Parameters<LedgerWriter['append']>[0][number];

const start = Date.UTC(2026, 2, 1);
const days = 70; // over two ends of months, and the night in which Europe's clocks change
const zones = [
  'UTC',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Pacific/Kiritimati',
  'Australia/Lord_Howe', // whose clocks change by half an hour
];
const dimensions = [
  'day',
  'tenant',
  'user',
  'tag',
  'route',
  'model',
  'hour',
  'promptCache',
] as const satisfies readonly LedgerDimension[];

/** One request every 70 minutes. */
function recordAt(index: number): LedgerRecord {
  const target = `t${index % 3}`;
  const parts = { input: 0.001, output: 0.002, cacheRead: 0, cacheWrite: 0, request: 0 };
  const fees = { webSearch: 0, fileSearch: 0, codeExecution: 0, image: 0 };
  const cost = { total: 0.003, ...parts, ...fees, source: 'declared', estimated: false } as const;
  const usage = { inputTokens: index, outputTokens: 7 };
  const attempt = {
    target,
    usage,
    cost,
    provider: 'p',
    model: `m${index % 2}`,
    started: 1,
    duration: index % 90,
  };
  return {
    type: 'request-end',
    requestId: `q${index}`,
    startedAt: start + index * 70 * 60_000,
    kind: 'chat',
    outcome: 'success',
    route: `r${index % 2}`,
    target,
    attempts: [{ ...attempt, outcome: 'success', billed: 'yes' }],
    usage,
    cost,
    wastedCost: 0,
    duration: index % 90,
    firstToken: index % 31,
    tenant: `tenant${index % 4}`,
    user: `user${index % 11}`,
    tags: index % 3 === 0 ? ['a', 'b'] : [],
    ...(index % 5 < 3 ? { decision: decisionOf(index, target) } : {}),
  };
}

/** With what a prompt cache did. */
function decisionOf(index: number, target: string) {
  const saved = { target, promptCacheSaved: index % 5 === 0 ? 0.001 : -0.0002 };
  const facts =
    index % 5 === 0
      ? { ...saved, promptCache: 'hit' }
      : { ...saved, promptCache: 'miss', promptCacheMiss: index % 2 === 0 ? 'expired' : 'first-use' };
  return { route: '', strategy: '', candidates: [], skipped: [], notes: [{ plugin: 'cache', facts }] };
}

const timeZone = 'Europe/Berlin';
const writers = {
  SQLite: (folder: string) => sqlite(join(folder, 'usage.db'), { timeZone }),
  PGlite: () => {
    const client = new PGlite();
    return { ...postgres(client, { timeZone }), close: () => client.close() };
  },
} satisfies Record<string, (folder: string) => LedgerWriter>;

describe.each(Object.entries(writers))('the sums of a ledger in %s', (_, open) => {
  let folder: string;
  let sums: LedgerWriter;
  let lines: LedgerWriter;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signalbox-zones-'));
    sums = open(folder);
    lines = jsonl(join(folder, 'usage.jsonl'), { timeZone });
    const count = Math.floor((days * 24 * 60) / 70);
    const records = Array.from({ length: count }, (_, index) => recordAt(index));
    for (const writer of [sums, lines]) await writer.append(records);
  });
  afterAll(async () => {
    await Promise.all([sums.close?.(), lines.close?.()]);
    await rm(folder, { recursive: true, force: true });
  });

  it.each(zones)('equal those of the rows by day and hour of %s', async (zone) => {
    for (const by of [['day'], ['day', 'tenant'], ['hour', 'model'], ['day', 'tag', 'route']] as const) {
      const asked: LedgerQuery = { by, timeZone: zone };
      expect(await sums.reader?.query(asked)).toEqual(await lines.reader?.query(asked));
    }
  });

  it('equal those of the rows in every time zone, range and grouping', async () => {
    const moment = fc.integer({ min: -10, max: days + 10 }).chain((day) =>
      fc.oneof(
        fc.constant(new Date(start + day * 86_400_000).toISOString().slice(0, 10)),
        fc.integer({ min: 0, max: 95 }).map((quarter) => start + day * 86_400_000 + quarter * 900_000),
      ),
    );
    const query: fc.Arbitrary<LedgerQuery> = fc.record(
      {
        from: moment,
        to: moment,
        by: fc.uniqueArray(fc.constantFrom(...dimensions), { maxLength: 3 }),
        timeZone: fc.constantFrom(...zones),
        latency: fc.boolean(),
        where: fc.record(
          {
            tenant: fc.constantFrom('tenant1', 'none'),
            user: fc.constantFrom('user2', null),
            tag: fc.constantFrom('a', null),
            model: fc.constant('m1'),
            promptCache: fc.constantFrom('hit', 'expired', null),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: ['by'] },
    );
    await fc.assert(
      fc.asyncProperty(query, async (asked) => {
        expect(await sums.reader?.query(asked)).toEqual(await lines.reader?.query(asked));
      }),
      { numRuns: 60 },
    );
  });
});
