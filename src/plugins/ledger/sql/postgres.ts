import { ConfigError } from '../../../errors.ts';
import { show } from '../../../util/option-check.ts';
import { type Insert, marks, quoted, type SqlEngine, type Statement, type Stored } from './engine.ts';

/** The rows of a result, bare or in the field `rows`. */
export type Rows =
  | readonly Readonly<Record<string, unknown>>[]
  | {
      /** The rows, in order. */
      readonly rows: readonly Readonly<Record<string, unknown>>[];
    };
/** Runs one statement with positional parameters. */
export type Query = (sql: string, parameters?: (string | number | null)[]) => PromiseLike<Rows>;

/** A connection of a `pg` pool. */
export interface PgConnection {
  /** Runs one statement. */
  query: Query;
  /** Returns the connection to the pool; with `true`, closes it. */
  release(error?: boolean): void;
  /** Adds a listener. */
  on?(event: 'error', listener: () => void): unknown;
  /** Removes a listener. */
  off?(event: 'error', listener: () => void): unknown;
}

/** A pool of `pg`: `new Pool({ connectionString })`. */
export interface PgPool {
  /** Runs one statement on any connection. */
  query: Query;
  /** Takes a connection out of the pool, for a transaction. */
  connect(): Promise<PgConnection>;
}

/** A client of `postgres`: `postgres(connectionString)`. */
export interface PostgresJs {
  /** Runs one statement. */
  unsafe: Query;
  /** Runs a transaction; it is rolled back if `work` rejects. */
  begin<T>(work: (sql: { unsafe: Query }) => Promise<T>): Promise<unknown>;
}

/** An embedded database of `@electric-sql/pglite`. */
export interface Pglite {
  /** Runs one statement. */
  query: Query;
  /** Runs a transaction; it is rolled back if `work` rejects. */
  transaction<T>(work: (sql: { query: Query }) => Promise<T>): Promise<unknown>;
}

/** A client of PostgreSQL that the application already has. */
export type PostgresClient = PgPool | PostgresJs | Pglite;

/** The parameters of one statement may be 65,535 at most (https://www.postgresql.org/docs/current/limits.html). */
const mostParameters = 30_000;

/** Processes that start at the same time must not create the same table twice. */
const creationLock = 7_216_925_021;

export function postgresEngine(client: PostgresClient): SqlEngine {
  const { query, transaction } = callsOf(client);
  return {
    dialect: 'postgres',
    create: (statements) =>
      transaction(async (run) => {
        await run('SELECT pg_advisory_xact_lock($1)', [creationLock]);
        for (const sql of statements) await run(sql);
      }),
    write: (steps) =>
      transaction(async (run) => {
        for (const step of steps) {
          if ('sql' in step) await run(numbered(step.sql), [...step.parameters]);
          else for (const { sql, parameters } of inserts(step)) await run(sql, [...parameters]);
        }
      }),
    async rows(sql, parameters, addsUp = false) {
      const ask = async (run: Query): Promise<readonly Stored[]> =>
        rowsOf(await run(numbered(sql), [...parameters]));
      if (!addsUp) return await ask(query);
      let found: readonly Stored[] = [];
      await transaction(async (run) => {
        // Compiling dozens of sums takes the server longer than adding them up
        // (https://www.postgresql.org/docs/current/jit-decision.html).
        await run('SET LOCAL jit = off');
        found = await ask(run);
      });
      return found;
    },
    // The application closes its own client.
    close: () => Promise.resolve(),
  };
}

interface Calls {
  readonly query: Query;
  transaction(work: (run: Query) => Promise<void>): Promise<void>;
}

function callsOf(client: PostgresClient): Calls {
  const found: unknown = client;
  if ((typeof found === 'object' || typeof found === 'function') && found !== null) {
    if ('unsafe' in client && 'begin' in client)
      return {
        query: (sql, parameters) => client.unsafe(sql, parameters),
        transaction: async (work) =>
          void (await client.begin((own) => work((sql, parameters) => own.unsafe(sql, parameters)))),
      };
    if ('connect' in client && 'query' in client) return ofPool(client);
    if ('transaction' in client && 'query' in client)
      return {
        query: (sql, parameters) => client.query(sql, parameters),
        transaction: async (work) =>
          void (await client.transaction((own) => work((sql, parameters) => own.query(sql, parameters)))),
      };
  }
  throw new ConfigError('postgres()', 'a Pool of pg, a client of postgres, or a PGlite', show(client));
}

function ofPool(pool: PgPool): Calls {
  return {
    query: (sql, parameters) => pool.query(sql, parameters),
    async transaction(work) {
      const connection = await pool.connect();
      let failed = false;
      // Without a listener, a connection that breaks in use ends the process; the query rejects as well.
      const ignore = (): void => {};
      connection.on?.('error', ignore);
      try {
        await connection.query('BEGIN');
        await work((sql, parameters) => connection.query(sql, parameters));
        await connection.query('COMMIT');
      } catch (error) {
        failed = true;
        // The server rolls back where the connection is gone.
        await Promise.resolve(connection.query('ROLLBACK')).catch(() => {});
        throw error;
      } finally {
        connection.off?.('error', ignore);
        connection.release(failed);
      }
    },
  };
}

function rowsOf(found: Rows): readonly Stored[] {
  return 'rows' in found ? found.rows : found;
}

/** `?` as `$1`, `$2` … The ledger's own statements have no other question marks. */
function numbered(sql: string): string {
  let number = 0;
  return sql.replaceAll('?', () => `$${++number}`);
}

/** The rows in as few statements as the number of parameters allows. */
function* inserts({ into, columns, values, conflict = '' }: Insert): Generator<Statement> {
  const atOnce = Math.floor(mostParameters / columns.length);
  const row = `(${marks(columns.length)})`;
  for (let from = 0; from < values.length; from += atOnce) {
    const some = values.slice(from, from + atOnce);
    const sql = `INSERT INTO ${into} (${quoted(columns)}) VALUES ${some.map(() => row).join(', ')} ${conflict}`;
    yield { sql: numbered(sql), parameters: some.flat() };
  }
}
