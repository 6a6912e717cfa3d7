import type { Change } from '../../types/store.ts';
import type { Database } from '../../util/node/sqlite.ts';

/** Merges a change: adds counts, keeps the later of two times, and extends the expiry. */
export function mergeChange(db: Database, { key, add = {}, max = {}, ttl }: Change, now: number): void {
  const row = db.row('SELECT expires_at FROM signalbox_knowledge_expiry WHERE key = ?', [key]);
  const expiresAt = Number(row?.['expires_at'] ?? 0);
  if (expiresAt <= now) db.run('DELETE FROM signalbox_knowledge WHERE key = ?', [key]);
  for (const [field, by] of Object.entries(add)) {
    db.run(
      `INSERT INTO signalbox_knowledge (key, field, value) VALUES (?, ?, ?)
       ON CONFLICT (key, field) DO UPDATE SET value = value + excluded.value`,
      [key, field, by],
    );
  }
  for (const [field, value] of Object.entries(max)) {
    db.run(
      `INSERT INTO signalbox_knowledge (key, field, value) VALUES (?, ?, ?)
       ON CONFLICT (key, field) DO UPDATE SET value = max(value, excluded.value)`,
      [key, field, value],
    );
  }
  const later = Math.max(now + ttl, expiresAt <= now ? 0 : expiresAt);
  db.run('INSERT OR REPLACE INTO signalbox_knowledge_expiry (key, expires_at) VALUES (?, ?)', [key, later]);
}

/** The fields of a key; empty if it is missing or expired. */
export function readKnowledge(db: Database, key: string, now: number): Readonly<Record<string, number>> {
  const rows = db.rows(
    `SELECT field, value FROM signalbox_knowledge
     WHERE key = ? AND EXISTS (SELECT 1 FROM signalbox_knowledge_expiry e WHERE e.key = ? AND e.expires_at > ?)`,
    [key, key, now],
  );
  return Object.fromEntries(rows.map(({ field, value }) => [String(field), Number(value)]));
}

/** Deletes a few expired keys. */
export function expiredKnowledge(db: Database, now: number, most: number): void {
  const rows = db.rows('SELECT key FROM signalbox_knowledge_expiry WHERE expires_at <= ? LIMIT ?', [
    now,
    most,
  ]);
  for (const { key } of rows) {
    db.run('DELETE FROM signalbox_knowledge WHERE key = ?', [String(key)]);
    db.run('DELETE FROM signalbox_knowledge_expiry WHERE key = ?', [String(key)]);
  }
}
