import { UsageError } from './usage-error.ts';

/** One request of a trace. */
export interface TracedRequest {
  /** Milliseconds since the first one. */
  readonly at: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** The arrival times and sizes of requests. */
export interface Trace {
  /** The time of the first request: milliseconds since 1970. */
  readonly start: number;
  /** In order of arrival. */
  readonly requests: readonly TracedRequest[];
}

/** The columns' names in public traces, in lower case. */
const columns = {
  at: ['timestamp'],
  inputTokens: ['contexttokens', 'request tokens'],
  outputTokens: ['generatedtokens', 'response tokens'],
} as const;

type Places = Readonly<Record<keyof typeof columns, number>>;

/**
 * Reads a trace: CSV with the columns `TIMESTAMP`, `ContextTokens` and `GeneratedTokens`, as in Azure's public traces
 * (https://github.com/Azure/AzurePublicDataset), in any order and beside others. A time stamp is a date with a time, in UTC if it
 * has no zone, or a number of seconds. Requests are sorted by it.
 *
 * @param name of the file, for errors
 * @throws UsageError naming the wrong line
 */
export async function readTrace(lines: AsyncIterable<string>, name: string): Promise<Trace> {
  const rows: TracedRequest[] = [];
  let number = 0;
  let places: Places | undefined;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const cells = line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
    if (places === undefined) places = placesIn(cells, `${name}:${number}`);
    else rows.push(requestIn(cells, places, `${name}:${number}`));
  }
  const sorted = rows.toSorted((a, b) => a.at - b.at);
  const [first] = sorted;
  if (first === undefined) throw new UsageError(name, 'a line of column names and requests', 'none');
  return { start: first.at, requests: sorted.map((row) => ({ ...row, at: row.at - first.at })) };
}

function placesIn(cells: readonly string[], place: string): Places {
  const names = cells.map((cell) => cell.replace(/^\uFEFF/, '').toLowerCase());
  const find = (column: keyof typeof columns): number => {
    const wanted: readonly string[] = columns[column];
    const found = names.findIndex((name) => wanted.includes(name));
    if (found >= 0) return found;
    throw new UsageError(place, 'the columns TIMESTAMP, ContextTokens and GeneratedTokens', cells.join(','));
  };
  return { at: find('at'), inputTokens: find('inputTokens'), outputTokens: find('outputTokens') };
}

function requestIn(cells: readonly string[], places: Places, place: string): TracedRequest {
  const tokens = (column: 'inputTokens' | 'outputTokens'): number => {
    const text = cells[places[column]] ?? '';
    if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
    throw new UsageError(`${place}: ${column}`, 'a whole number of tokens', `'${text}'`);
  };
  return {
    at: timeIn(cells[places.at] ?? '', place),
    inputTokens: tokens('inputTokens'),
    outputTokens: tokens('outputTokens'),
  };
}

/** Milliseconds since 1970, with all digits of the second. */
function timeIn(text: string, place: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return 1_000 * Number(text);
  const [, day, second, fraction = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const at = Date.parse(`${day}T${second}${zone}`);
  if (Number.isNaN(at))
    throw new UsageError(`${place}: time stamp`, 'a date with a time, or seconds', `'${text}'`);
  return at + 1_000 * Number(`0${fraction}`);
}
