export type Parameter = string | number | null;

/** A row as a database returns it. */
export type Stored = Readonly<Record<string, unknown>>;

/** Rows to be inserted; `conflict` is what follows the values, such as `ON CONFLICT (…) DO NOTHING`. */
export interface Insert {
  readonly into: string;
  readonly columns: readonly string[];
  readonly values: readonly (readonly Parameter[])[];
  readonly conflict?: string;
}

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

/** A database, with `?` for parameters in each dialect. */
export interface SqlEngine {
  readonly dialect: 'sqlite' | 'postgres' | 'clickhouse';
  /** Creates tables where they are missing. Only statements without parameters. */
  create(statements: readonly string[]): Promise<void>;
  /** All of it, or nothing. */
  write(steps: readonly (Insert | Statement)[]): Promise<void>;
  /** @param addsUp whether it is a query over many rows, for which a database may need other settings */
  rows(sql: string, parameters: readonly Parameter[], addsUp?: boolean): Promise<readonly Stored[]>;
  close(): Promise<void>;
}

export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

/** `?, ?, ?` */
export function marks(count: number): string {
  return Array.from({ length: count }, () => '?').join(', ');
}
