import { type FileHandle, open, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { addUsd } from '../../pricing/money.ts';
import { UsageError } from '../../simulator/usage-error.ts';

/** The sums of a file of results. */
export interface Sums {
  readonly written: number;
  readonly failed: number;
  /** US$ of all attempts, as far as they are known. */
  readonly cost: number;
  /** US$ by which the answers were cheaper than on the tier `standard`. */
  readonly saved: number;
}

/** The fields of a line of either form that are used here. */
interface Written {
  readonly id?: unknown;
  readonly custom_id?: unknown;
  readonly error?: unknown;
  readonly response?: { readonly status_code?: unknown } | null;
  readonly signalbox?: { readonly cost?: unknown; readonly saved?: unknown };
}

/**
 * A file with one line for each result. A line is on the disk before `write` resolves, and an id is written once, even after a
 * crash.
 */
export class Results {
  readonly #file: FileHandle;
  readonly #ids: Set<string>;
  #sums: Sums;

  private constructor(file: FileHandle, ids: Set<string>, sums: Sums) {
    this.#file = file;
    this.#ids = ids;
    this.#sums = sums;
  }

  /**
   * Opens the file, or creates it, and removes a last line that a crash has cut off.
   *
   * @throws UsageError for a file with other lines
   */
  static async open(path: string): Promise<Results> {
    const ids = new Set<string>();
    const { sums, size } = await readResults(path, (id) => ids.add(id));
    const file = await open(path, 'a');
    await file.truncate(size);
    return new Results(file, ids, sums);
  }

  get sums(): Sums {
    return this.#sums;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  async write(id: string, line: object): Promise<void> {
    if (this.#ids.has(id)) return;
    await this.#file.appendFile(`${JSON.stringify(line)}\n`);
    await this.#file.datasync();
    this.#ids.add(id);
    this.#sums = plus(this.#sums, line);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/**
 * Reads a file of results.
 *
 * @returns its sums, and the bytes up to the end of the last whole line
 */
export async function readResults(
  path: string,
  onId: (id: string) => void = () => {},
): Promise<{ readonly sums: Sums; readonly size: number }> {
  let sums: Sums = { written: 0, failed: 0, cost: 0, saved: 0 };
  if ((await stat(path).catch(() => undefined)) === undefined) return { sums, size: 0 };
  const file = await open(path);
  const size = await wholeLines(file);
  let number = 0;
  const input = file.createReadStream({ start: 0, end: Math.max(0, size - 1), encoding: 'utf8' });
  try {
    if (size === 0) return { sums, size };
    for await (const line of createInterface({ input })) {
      number += 1;
      const found = resultIn(line);
      if (found === undefined)
        throw new UsageError(`${path}, line ${number}`, 'a result of this command', 'something else');
      onId(found.id);
      sums = plus(sums, found.line);
    }
  } finally {
    input.destroy();
    await file.close().catch(() => {}); // the stream has closed it
  }
  return { sums, size };
}

const block = 65_536;

/** Bytes up to the last line break. */
async function wholeLines(file: FileHandle): Promise<number> {
  const buffer = Buffer.alloc(block);
  for (let end = (await file.stat()).size; end > 0; ) {
    const start = Math.max(0, end - block);
    const { bytesRead } = await file.read(buffer, 0, end - start, start);
    const at = buffer.subarray(0, bytesRead).lastIndexOf(10);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

function resultIn(line: string): { readonly id: string; readonly line: Written } | undefined {
  try {
    const written = JSON.parse(line) as Written;
    const id = written.custom_id ?? written.id;
    return typeof id === 'string' && written.signalbox !== undefined ? { id, line: written } : undefined;
  } catch {
    return undefined;
  }
}

function plus({ written, failed, cost, saved }: Sums, line: Written): Sums {
  const { signalbox = {}, error, response } = line;
  const hasFailed =
    (error !== undefined && error !== null) || (response ?? { status_code: 200 }).status_code !== 200;
  return {
    written: written + 1,
    failed: failed + (hasFailed ? 1 : 0),
    cost: addUsd(cost, numberIn(signalbox.cost)),
    saved: addUsd(saved, numberIn(signalbox.saved)),
  };
}

function numberIn(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
