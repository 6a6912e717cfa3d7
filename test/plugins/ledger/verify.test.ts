import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { jsonl, openLedger, sqlite, type VerifyOptions } from 'signalbox/ledger';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, worldWith } from './support.ts';

const folder = temporaryFolder();
const key = 'a key of enough length';

/** A ledger of six rows in a SQLite file, and what somebody does to it. */
async function tampered(sql: string, options: VerifyOptions = { key }) {
  const { router, usage } = worldWith(sqlite(folder.path('usage.db'), { key }));
  for (let number = 0; number < 6; number++) await router.chat({ prompt: 'q' });
  await usage.flush();
  const { heads } = await usage.verify({ key });
  await router.close();
  const db = new DatabaseSync(folder.path('usage.db'));
  db.exec(sql);
  db.close();
  const reader = openLedger(folder.path('usage.db'));
  const report = await reader.verify(options);
  const anchored = await reader.verify({ ...options, anchors: heads });
  await reader.close?.();
  return { ...report, anchored };
}

/** The same in a file of lines. */
async function tamperedLines(change: (lines: string[]) => string[]) {
  const path = folder.path('usage.jsonl');
  const { router } = worldWith(jsonl(path, { key }));
  for (let number = 0; number < 6; number++) await router.chat({ prompt: 'q' });
  await router.close();
  writeFileSync(
    path,
    change(readFileSync(path, 'utf8').trimEnd().split('\n'))
      .map((line) => `${line}\n`)
      .join(''),
  );
  return openLedger(path).verify({ key });
}

describe('verify', () => {
  it('finds no problem in an unchanged ledger', async () => {
    expect(await tampered('SELECT 1')).toMatchObject({
      ok: true,
      rows: 6,
      problems: [],
      anchored: { ok: true },
    });
    expect(await tamperedLines((lines) => lines)).toMatchObject({ ok: true, rows: 6, problems: [] });
  });

  it.each([
    ['a cost', 'UPDATE signalbox_ledger SET cost = cost + 1 WHERE seq = 3'],
    ['a tenant', "UPDATE signalbox_ledger SET tenant = 'other' WHERE seq = 3"],
    ['its own hash', `UPDATE signalbox_ledger SET hash = '${'A'.repeat(43)}' WHERE seq = 3`],
    ['a key that was missing', 'UPDATE signalbox_ledger SET reasoning_tokens = 0 WHERE seq = 3'],
  ])('names a row in which %s was changed', async (_, sql) => {
    const { ok, problems } = await tampered(sql);
    expect(ok).toBe(false);
    expect(problems[0]).toMatchObject({ seq: 3, problem: 'changed', requestId: expect.any(String) });
  });

  it('names a row that was removed', async () => {
    expect(await tampered('DELETE FROM signalbox_ledger WHERE seq = 3')).toMatchObject({
      problems: [{ seq: 3, problem: 'missing' }],
    });
    expect(await tamperedLines((lines) => lines.toSpliced(2, 1))).toMatchObject({
      problems: [{ seq: 3, problem: 'missing' }],
    });
  });

  it('names the last row if it was removed', async () => {
    expect(await tampered('DELETE FROM signalbox_ledger WHERE seq = 6')).toMatchObject({
      problems: [{ seq: 6, problem: 'missing' }],
    });
  });

  it('names the last row if it was removed with all traces in the ledger, by heads kept elsewhere', async () => {
    const { ok, anchored } = await tampered(
      `DELETE FROM signalbox_ledger WHERE seq = 6;
       UPDATE signalbox_ledger_chains SET seq = 5, hash = (SELECT hash FROM signalbox_ledger WHERE seq = 5)`,
    );
    expect(ok).toBe(true);
    expect(anchored).toMatchObject({ ok: false, problems: [{ seq: 6, problem: 'missing' }] });
  });

  it('names rows that were swapped', async () => {
    const { problems } = await tampered(
      `UPDATE signalbox_ledger SET seq = -1 WHERE seq = 3; UPDATE signalbox_ledger SET seq = 3 WHERE seq = 4;
       UPDATE signalbox_ledger SET seq = 4 WHERE seq = -1`,
    );
    expect(problems.map(({ seq }) => seq)).toEqual(expect.arrayContaining([3, 4]));
    const swapped = await tamperedLines(([a = '', b = '', ...rest]) => [b, a, ...rest]);
    expect(swapped.problems).toMatchObject([
      { seq: 1, problem: 'missing' },
      { seq: 1, problem: 'moved', line: 2 },
      ...swapped.problems.slice(2),
    ]);
  });

  it('names a row and a line that were added', async () => {
    const { problems } = await tampered(
      `CREATE TABLE more AS SELECT * FROM signalbox_ledger WHERE seq = 1; UPDATE more SET chain = 'x';
       INSERT INTO signalbox_ledger SELECT * FROM more`,
    );
    expect(problems).toMatchObject([{ chain: 'x', seq: 1, problem: 'added' }]);
    const forged =
      '{"type":"request-end","startedAt":1,"kind":"chat","outcome":"success","duration":1,"attempts":[]}';
    const lines = await tamperedLines((before) => [...before, forged]);
    expect(lines.problems).toMatchObject([{ line: 7, problem: 'added' }]);
  });

  it('names a line that was changed', async () => {
    const { problems } = await tamperedLines((lines) =>
      lines.map((line, index) => (index === 3 ? line.replace('"kind":"chat"', '"kind":"embed"') : line)),
    );
    expect(problems).toMatchObject([{ seq: 4, line: 4, problem: 'changed', requestId: expect.any(String) }]);
  });

  it('accepts no row with another key', async () => {
    const { problems } = await tampered('SELECT 1', { key: 'another key of length' });
    expect(problems).toHaveLength(6);
  });
});
