import { openDatabase } from '../../../util/node/sqlite.ts';
import { marks, quoted, type SqlEngine } from './engine.ts';

export interface SqliteFileOptions {
  readonly lockTimeout: number;
  readonly readOnly?: boolean;
}

export function sqliteEngine(path: string, { lockTimeout, readOnly = false }: SqliteFileOptions): SqlEngine {
  const file = openDatabase(path, '', lockTimeout, { readOnly, shrinks: true });
  return {
    dialect: 'sqlite',
    create: (statements) =>
      file.write((db) => {
        for (const sql of statements) db.run(sql, []);
      }),
    write: (steps) =>
      file.write((db) => {
        for (const step of steps) {
          if ('sql' in step) {
            db.run(step.sql, step.parameters);
            continue;
          }
          const { into, columns, values, conflict = '' } = step;
          const sql = `INSERT INTO ${into} (${quoted(columns)}) VALUES (${marks(columns.length)}) ${conflict}`;
          for (const row of values) db.run(sql, row);
        }
      }),
    rows: (sql, parameters) => file.read((db) => db.rows(sql, parameters)),
    close: () => file.close(),
  };
}
