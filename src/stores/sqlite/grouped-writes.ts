import type { Database, DatabaseFile } from '../../util/node/sqlite.ts';

interface Write {
  readonly work: (db: Database) => unknown;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * Runs the writes of one turn of the microtask queue as one transaction, in order, because a commit costs more than most of them. If
 * it fails, each runs again on its own, so that one write never fails for another.
 */
export function groupedWrites(
  database: Pick<DatabaseFile, 'write'>,
): <T>(work: (db: Database) => T) => Promise<T> {
  let waiting: Write[] = [];

  const runAlone = ({ work, resolve, reject }: Write): Promise<void> =>
    database.write(work).then(resolve, reject);
  const flush = async (): Promise<void> => {
    const group = waiting;
    waiting = [];
    const [only] = group;
    if (only !== undefined && group.length === 1) return runAlone(only);
    try {
      const results = await database.write((db) => group.map(({ work }) => work(db)));
      for (const [index, { resolve }] of group.entries()) resolve(results[index]);
    } catch {
      for (const write of group) void runAlone(write);
    }
  };
  return <T>(work: (db: Database) => T): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (waiting.length === 0) queueMicrotask(() => void flush());
      waiting.push({ work, resolve: resolve as Write['resolve'], reject });
    });
}
