import { readRequest } from '../../plugins/ledger/jsonl/read-request.ts';
import { isCut } from '../../plugins/ledger/jsonl/reader.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import type { Cost, Usage } from '../../types/result/usage.ts';
import { UsageError } from '../usage-error.ts';

/** A request in the log: the fields of a `request-end` event that are used. */
export interface LoggedRequest {
  /** When the call was made: milliseconds since 1970. */
  readonly at: number;
  readonly kind: 'chat' | 'stream' | 'embed' | 'image';
  readonly route: string;
  readonly outcome: 'success' | 'failed' | 'aborted';
  readonly target: string | undefined;
  readonly attempts: readonly AttemptSummary[];
  readonly usage: Usage | undefined;
  readonly cost: Cost | undefined;
  readonly wastedCost: number;
  readonly duration: number;
  readonly firstToken: number | undefined;
  readonly error: string | undefined;
  readonly decision:
    | {
        readonly candidates: readonly { readonly target: string }[];
        readonly skipped: readonly { readonly target: string; readonly reason: string }[];
      }
    | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly session: string | undefined;
  /** A mirror copy, only measured. */
  readonly mirror: boolean;
}

/**
 * Reads a log of JSON Lines. Only `request-end` events count. Returns them in order of arrival.
 *
 * @param name of the file, for errors
 * @throws UsageError naming the wrong line
 */
export async function readLog(lines: AsyncIterable<string>, name: string): Promise<readonly LoggedRequest[]> {
  const requests: LoggedRequest[] = [];
  let number = 0;
  let isLedger = false;
  for await (const line of lines) {
    number += 1;
    const place = `${name}:${number}`;
    // A ledger continues after a line that its process could not finish.
    const left: boolean = line.trim() === '' || (isLedger && isCut(line));
    const event: Fields | undefined = left ? undefined : parse(line, place);
    isLedger ||= typeof event?.['chain'] === 'string';
    if (event?.['type'] === 'request-end') requests.push(toRequest(event, place));
  }
  if (requests.length === 0) throw new UsageError(name, 'at least one request-end event', 'none');
  return requests.toSorted((a, b) => a.at - b.at);
}

type Fields = Readonly<Record<string, unknown>>;

function parse(line: string, place: string): Fields {
  const wanted = 'an event of the router as a JSON object';
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UsageError(place, wanted, 'invalid JSON');
  }
  if (isObject(value) && typeof value['type'] === 'string') return value;
  throw new UsageError(place, wanted, isObject(value) ? 'one without a type' : 'something else');
}

function toRequest(event: Fields, place: string): LoggedRequest {
  const {
    startedAt,
    route = 'default',
    metadata = {},
    mirror = false,
    ...request
  } = readRequest(event, (path, expected, got) => {
    throw new UsageError(`${place}: ${path}`, expected, got);
  });
  const { target, usage, cost, firstToken, error, decision, session } = request;
  return {
    ...request,
    at: startedAt,
    route,
    metadata,
    mirror,
    target,
    usage,
    cost,
    firstToken,
    error,
    decision,
    session,
  };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
