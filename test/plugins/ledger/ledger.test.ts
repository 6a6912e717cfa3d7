import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type AnyResult, ConfigError, type Plugin } from 'signalbox';
import { jsonl, ledger, openLedger, sqlite } from 'signalbox/ledger';
import { describe, expect, it } from 'vitest';
import { read, rejection } from '../../support/requests.ts';
import { listed, temporaryFolder, usual, worldWith } from './support.ts';

const folder = temporaryFolder();
const writers = {
  sqlite: () => sqlite(folder.path('usage.db')),
  jsonl: () => jsonl(folder.path('usage.jsonl')),
};
const down = { error: { kind: 'server', status: 500 } } as const;

/** Answers everything as a request answered before. */
const cache = (): Plugin => {
  let stored: AnyResult | undefined;
  return {
    name: 'cache',
    lookup: () => stored && { answer: stored, source: 'hit', savedCost: stored.cost?.total ?? 0 },
    observe: () => ({
      answer(answer) {
        stored ??= answer;
      },
    }),
  };
};

describe.each(Object.entries(writers))('ledger(%s())', (_, writer) => {
  it('writes one row per attempt, with its tenant, user, tags and outcome', async () => {
    const { router, usage } = worldWith(writer(), { scripts: { a: [down] } });
    await router.chat({ prompt: 'q' }, { tenant: 'acme', user: 'u1', tags: ['x', 'y'] });
    await usage.flush();
    const facts = { tenant: 'acme', user: 'u1', tags: ['x', 'y'], operation: 'chat', route: 'default' };
    expect(await listed(usage.rows())).toMatchObject([
      {
        ...facts,
        row: 2,
        target: 'b/m',
        provider: 'b',
        model: 'm',
        charge: 'answer',
        main: true,
        failover: true,
      },
      {
        ...facts,
        row: 1,
        target: 'a/m',
        charge: 'failed',
        main: false,
        errorKind: 'server',
        errorStatus: 500,
      },
    ]);
  });

  it('records the costs of answers, failures, hedges, aborts, mirrors and cached answers separately', async () => {
    const { router, usage, clock } = worldWith(writer(), {
      scripts: { a: [{ ...usual, delay: 1_000 }] },
      router: { hedge: { delay: 100, ratio: 1 } },
    });
    const hedged = router.chat({ prompt: 'q' });
    await clock.advance(2_000);
    await hedged;
    const caller = new AbortController();
    const aborted = router.stream({ prompt: 'q' }, { signal: caller.signal, route: 'a/m' }).catch(() => {});
    await clock.advance(50);
    caller.abort();
    await aborted;
    await usage.flush();
    const [all] = await usage.query();
    expect(all).toMatchObject({ requests: 2, succeeded: 1, aborted: 1, attempts: 3, hedges: 1 });
    expect(all?.cost).toMatchObject({ answer: 0.003, failed: 0, mirrored: 0 });
    expect(all?.cost.hedged).toBeGreaterThan(0);
    expect(all?.cost.aborted).toBeGreaterThan(0);
  });

  it('counts a cached answer as saved, and as no cost', async () => {
    const { router, usage } = worldWith(writer(), { router: { plugins: [cache()] } });
    await router.chat({ prompt: 'q' });
    await router.chat({ prompt: 'q' });
    await usage.flush();
    const [all] = await usage.query();
    expect(all).toMatchObject({ requests: 2, cached: 1, attempts: 1, cost: { total: 0.003, saved: 0.003 } });
  });

  it('does not count a mirrored copy as a request, and keeps its cost separate', async () => {
    const { router, usage, clock } = worldWith(writer(), { router: { mirror: { target: 'b/m', ratio: 1 } } });
    await router.chat({ prompt: 'q' });
    await clock.advance(10);
    await usage.flush();
    const [all] = await usage.query();
    expect(all).toMatchObject({
      requests: 1,
      attempts: 2,
      mirrors: 1,
      cost: { answer: 0.003, mirrored: 0.003 },
    });
  });

  it('writes a row for a request without a target', async () => {
    const { router, usage } = worldWith(writer());
    await rejection(router.chat({ prompt: 'q' }, { maxCost: 0.000001, tenant: 'acme' }));
    await usage.flush();
    expect(await usage.query({ by: ['tenant'] })).toMatchObject([
      { key: { tenant: 'acme' }, requests: 1, failed: 1, attempts: 0, cost: { total: 0 } },
    ]);
    expect(await listed(usage.rows())).toMatchObject([{ requestError: 'cost-limit', target: null }]);
  });

  it('groups sums by each dimension, and applies the filters of the query', async () => {
    const { router, usage, clock } = worldWith(writer());
    for (const [tenant, user, route] of [
      ['acme', 'u1', 'a/m'],
      ['acme', 'u2', 'b/m'],
      [undefined, 'u1', 'a/m'],
    ] as const) {
      await router.chat({ prompt: 'q' }, { route, user, ...(tenant && { tenant, tags: ['paid'] }) });
      await clock.advance(86_400_000);
    }
    await usage.flush();
    const keys = async (by: Parameters<typeof usage.query>[0]): Promise<unknown> =>
      (await usage.query(by)).map(({ key, requests }) => [...Object.values(key), requests]);
    expect(await keys({ by: ['tenant'] })).toEqual([
      ['acme', 2],
      [null, 1],
    ]);
    expect(await keys({ by: ['user'] })).toEqual([
      ['u1', 2],
      ['u2', 1],
    ]);
    expect(await keys({ by: ['tag'] })).toEqual([
      ['paid', 2],
      [null, 1],
    ]);
    expect(await keys({ by: ['target', 'tenant'] })).toEqual([
      ['a/m', 'acme', 1],
      ['a/m', null, 1],
      ['b/m', 'acme', 1],
    ]);
    expect(await keys({ by: ['user', 'model'], where: { tag: 'paid' } })).toEqual([
      ['u1', 'm', 1],
      ['u2', 'm', 1],
    ]);
    expect(await keys({ by: ['day'], from: '2026-01-02' })).toEqual([
      ['2026-01-02', 1],
      ['2026-01-03', 1],
    ]);
    expect(await keys({ by: ['day'], to: '2026-01-02', where: { tenant: ['acme', null] } })).toEqual([
      ['2026-01-01', 1],
    ]);
    expect(await keys({ where: { tenant: null } })).toEqual([[1]]);
    expect(await keys({ where: { tenant: 'unknown' } })).toEqual([]);
  });

  it('groups days and hours in the time zone of the query', async () => {
    const { router, usage } = worldWith(writer(), { start: Date.UTC(2026, 2, 29, 20, 40) });
    await router.chat({ prompt: 'q' });
    await usage.flush();
    const day = async (timeZone: string): Promise<unknown> =>
      (await usage.query({ by: ['hour'], timeZone }))[0]?.key;
    expect(await day('UTC')).toEqual({ hour: '2026-03-29T20' });
    expect(await day('Europe/Berlin')).toEqual({ hour: '2026-03-29T22' });
    expect(await day('Asia/Kathmandu')).toEqual({ hour: '2026-03-30T02' });
    expect(await usage.query({ from: '2026-03-30', timeZone: 'Asia/Kathmandu' })).toHaveLength(1);
    expect(await usage.query({ from: '2026-03-30', timeZone: 'Europe/Berlin' })).toHaveLength(0);
  });

  it('reports latencies within 10%', async () => {
    const { router, usage, clock } = worldWith(writer(), { scripts: { a: [{ ...usual, delay: 800 }] } });
    const answer = router.stream({ prompt: 'q' }).then((stream) => read(stream));
    await clock.advance(1_000);
    await answer;
    await usage.flush();
    const [target] = await usage.query({ by: ['target'], latency: true });
    for (const name of ['request', 'firstToken', 'attempt', 'attemptFirstToken'] as const) {
      expect(target?.latency?.[name]?.p95).toBeGreaterThan(720);
      expect(target?.latency?.[name]?.p95).toBeLessThan(880);
    }
  });

  it('stores no prompts, answers, sessions or metadata', async () => {
    const { router, usage } = worldWith(writer(), { scripts: { a: [{ text: 'a secret answer' }] } });
    await router.chat(
      { prompt: 'a secret question' },
      { session: 'secret-session', metadata: { secret: 'x' } },
    );
    await router.close();
    const file = ['usage.db', 'usage.jsonl'].map((name) => folder.path(name));
    const text = file
      .map((path) => {
        try {
          return readFileSync(path, 'latin1');
        } catch {
          return '';
        }
      })
      .join('');
    expect(text).toContain('default');
    expect(text).not.toContain('secret');
    expect(usage.status).toMatchObject({ written: 1, dropped: 0 });
  });

  it('stores what the option `content` allows', async () => {
    const { router, usage, events } = worldWith(writer(), {
      options: { content: 'redacted', redact: (text) => text.replaceAll(/\d/g, '#') },
    });
    await router.chat({ prompt: 'my card is 4242' });
    await usage.flush();
    const id = events.find((event) => event.type === 'request-end')?.requestId ?? '';
    const content = await usage.content(id);
    expect(content?.prompt).toContain('my card is ####');
    expect(content?.promptHash).toMatch(/^[0-9a-f]{64}$/);
    expect(content?.answer).toContain('ok');
  });

  it('records who changed what, and with `audit: true` each request', async () => {
    const { router, usage } = worldWith(writer(), { options: { audit: true } });
    usage.audit({
      actor: 'ann',
      action: 'limit.change',
      subject: 'acme',
      before: { usd: 5, per: 'day' },
      after: { per: 'day', usd: 9 },
    });
    usage.audit({ actor: 'bob', action: 'limit.change', subject: 'acme', before: { per: 'day', usd: 5 } });
    await router.chat({ prompt: 'q' }, { user: 'u1', tenant: 'acme' });
    await usage.flush();
    const audits = await listed(usage.audits());
    expect(audits).toHaveLength(3);
    const [ann, bob] = ['ann', 'bob'].map((actor) => audits.find((audit) => audit.actor === actor));
    expect(ann?.before).toBe(bob?.before);
    expect(ann?.after).not.toBe(ann?.before);
    expect(audits.find(({ action }) => action === 'request')).toMatchObject({
      actor: 'u1',
      details: { tenant: 'acme', target: 'a/m', outcome: 'success', route: 'default' },
    });
    expect(await usage.verify()).toMatchObject({ ok: true });
  });

  it('treats hostile names as text', async () => {
    const { router, usage } = worldWith(writer(), { options: { metadata: ['note'] } });
    const hostile = `x'"; DROP TABLE signalbox_ledger; -- <script>\0\ud800 ${'y'.repeat(5_000)}`;
    await router.chat(
      { prompt: 'q' },
      { tenant: hostile, user: hostile, tags: [hostile], metadata: { note: '"}' } },
    );
    await usage.flush();
    const [group] = await usage.query({ by: ['tenant', 'tag'] });
    expect(group?.key.tenant).toMatch(/^x'"; DROP TABLE signalbox_ledger; -- <script>\ufffd\ufffd y+$/);
    expect(group?.key.tenant).toHaveLength(1_000);
    expect(await usage.verify()).toMatchObject({ ok: true });
  });
});

describe('ledger()', () => {
  it('removes the oldest whole days of each chain, and keeps their sums', async () => {
    const { router, usage, clock } = worldWith(sqlite(folder.path('usage.db')), {
      options: { retention: { rows: 2, content: 1 }, content: 'full' },
    });
    for (let day = 0; day < 5; day++) {
      await router.chat({ prompt: 'q' });
      await usage.flush();
      await clock.advance(86_400_000);
    }
    const days = (await listed(usage.rows())).map(({ at }) => new Date(at).toISOString().slice(0, 10));
    expect(days).toEqual(['2026-01-05', '2026-01-04', '2026-01-03']);
    expect(await usage.query()).toMatchObject([{ requests: 5 }]);
    expect(await usage.verify()).toMatchObject({ ok: true, rows: 3 });
    const db = new DatabaseSync(folder.path('usage.db'), { readOnly: true });
    expect(db.prepare('SELECT COUNT(*) AS count FROM signalbox_ledger_contents').get()).toEqual({ count: 2 });
    db.close();
  });

  it('can be read by another process while it is written', async () => {
    const { router, usage } = worldWith(sqlite(folder.path('usage.db'), { timeZone: 'Europe/Berlin' }));
    await router.chat({ prompt: 'q' });
    await usage.flush();
    const reader = openLedger(folder.path('usage.db'));
    expect(await reader.query({ by: ['day'] })).toMatchObject([{ requests: 1 }]);
    await router.chat({ prompt: 'q' });
    await usage.flush();
    expect(await reader.query({ by: ['day'] })).toMatchObject([{ requests: 2 }]);
    await reader.close?.();
  });

  it('emits an event when the time zone differs from that of the file', async () => {
    const first = worldWith(sqlite(folder.path('usage.db')));
    await first.router.chat({ prompt: 'q' });
    await first.router.close();
    const { router, events } = worldWith(sqlite(folder.path('usage.db'), { timeZone: 'Asia/Tokyo' }), {
      options: { closeTimeout: 1 },
    });
    await router.chat({ prompt: 'q' });
    await router.close();
    const errors = events.filter((event) => event.type === 'plugin-error').map(({ error }) => String(error));
    expect(errors[0]).toContain('ledger.timeZone: expected UTC');
  });

  it.each([
    ['a writer', () => ledger({} as never), 'ledger()'],
    ['an option', () => ledger(sqlite('x'), { contents: 'full' } as never), 'contents'],
    ['content', () => ledger(sqlite('x'), { content: 'all' } as never), 'ledger.content'],
    ['redact', () => ledger(sqlite('x'), { content: 'redacted' }), 'ledger.redact'],
    [
      'retention of a file of lines',
      () => ledger(jsonl('x'), { retention: { rows: 1 } }),
      'ledger.retention',
    ],
    ['a key', () => sqlite('x', { key: 'short' }), 'key'],
    ['a time zone', () => sqlite('x', { timeZone: 'Mars' }), 'timeZone'],
    ['a path', () => jsonl(''), 'jsonl()'],
  ])('rejects %s that is invalid', (_, make, option) => {
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(option);
  });

  it.each([
    { by: ['color'] },
    { where: { color: 'red' } },
    { from: 'yesterday' },
    { where: { tenant: 5 } },
    { timeZone: 'Mars' },
  ])('rejects the query %j', async (query) => {
    const { usage } = worldWith(jsonl(folder.path('usage.jsonl')));
    expect(await rejection(Promise.resolve().then(() => usage.query(query as never)))).toBeInstanceOf(
      ConfigError,
    );
  });
});
