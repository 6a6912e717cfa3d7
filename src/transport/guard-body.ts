import { ProviderError } from '../errors.ts';
import type { Body } from './body.ts';
import { networkError } from './network-error.ts';

const mebibyte = 1024 * 1024;
/** Most bytes of a body, after decompression. */
const maxBodyBytes = 32 * mebibyte;
/** The same, of a body or an event that may hold several pictures: ten of the largest that are sold have about 130. */
const maxLargeBodyBytes = 256 * mebibyte;
/** Most bytes of an event stream as a whole, after decompression. */
const maxStreamBytes = 512 * mebibyte;
/** Most bytes of one event, after decompression, where no pictures are asked for: vendors put whole ones into one event. */
const maxEventBytes = 8 * mebibyte;
/** Most bytes of an error's body that are read. */
export const maxErrorBytes = 16 * 1024;
/** How long an error's body is read, in milliseconds: its status is enough to go on, the body only says more. */
export const maxErrorTime = 500;

const lineFeed = 10;
const carriageReturn = 13;

/**
 * The same bytes, but: a body (or, in an event stream, an event) that is too large ends in an error rather than in
 * memory, and what breaks while reading is a `ProviderError`.
 */
export function guardBody(
  body: Body,
  provider: string,
  eventStream: boolean,
  large = false,
  onBytes: (count: number) => void = () => {},
): Body {
  const limit = eventStream ? maxStreamBytes : large ? maxLargeBodyBytes : maxBodyBytes;
  const eventLimit = large ? maxLargeBodyBytes : maxEventBytes;
  const openEvent = eventStream ? eventMeter() : () => 0;
  let size = 0;
  let broken: ProviderError | undefined;

  const check = (bytes: Uint8Array | undefined): Uint8Array | undefined => {
    if (bytes === undefined) return undefined;
    size += bytes.length;
    onBytes(bytes.length);
    const eventSize = openEvent(bytes);
    if (size <= limit && eventSize <= eventLimit) return bytes;
    const summary =
      size > limit
        ? `the answer is larger than ${limit / mebibyte} MiB`
        : `an event is larger than ${eventLimit / mebibyte} MiB`;
    broken = new ProviderError({ kind: 'malformed', provider, answered: true, summary });
    body.cancel();
    throw broken;
  };
  const fail = (error: unknown): never => {
    broken = networkError(provider, error, true);
    throw broken;
  };

  return {
    // A cancelled body looks like one that is over: after an error it must not.
    read: () => (broken === undefined ? body.read().then(check, fail) : Promise.reject(broken)),
    cancel: () => body.cancel(),
  };
}

/** Takes the bytes of an event stream as they come; says how large the event is by now that has no end yet. */
function eventMeter(): (bytes: Uint8Array) => number {
  let size = 0;
  let lineEnded = false;
  return (bytes) => {
    const end = lastEventEnd(bytes, lineEnded);
    size = end === undefined ? size + bytes.length : bytes.length - end;
    lineEnded = endsLine(bytes, lineEnded);
    return size;
  };
}

/** Where the last empty line, which ends an event, is over. `lineEnded`: whether a line ended just before these bytes. */
function lastEventEnd(bytes: Uint8Array, lineEnded: boolean): number | undefined {
  const last = bytes.lastIndexOf(lineFeed);
  const mark = last === -1 ? carriageReturn : lineFeed; // streams with nothing but carriage returns are allowed
  for (let at = bytes.lastIndexOf(mark); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(mark, at - 1)) {
    const before = mark === lineFeed && bytes[at - 1] === carriageReturn ? at - 2 : at - 1;
    if (before < 0 ? lineEnded : bytes[before] === mark) return at + 1;
  }
  return undefined;
}

function endsLine(bytes: Uint8Array, lineEnded: boolean): boolean {
  const last = bytes.at(-1);
  if (last === undefined) return lineEnded;
  if (last !== carriageReturn) return last === lineFeed;
  // Perhaps the first half of a line end: what counts is what stands before it.
  const before = bytes.at(-2);
  return before === undefined ? lineEnded : before === lineFeed || before === carriageReturn;
}
