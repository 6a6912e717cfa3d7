import { ProviderError } from '../errors.ts';
import type { Body } from './body.ts';
import { networkError } from './failure/network-error.ts';

const mebibyte = 1024 * 1024;
/** Most bytes of a body, after decompression. */
const maxBodyBytes = 32 * mebibyte;
/** The same, of a body or an event that may hold several pictures: ten of the largest that are sold have about 130. */
const maxLargeBodyBytes = 256 * mebibyte;
/** Most bytes of an event stream as a whole, after decompression. */
const maxStreamBytes = 512 * mebibyte;
/** Most bytes of one event, after decompression. One that holds a file, such as a picture, may be as large as a body. */
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
  const meter = eventStream ? eventMeter() : undefined;
  let size = 0;
  let broken: ProviderError | undefined;

  const fits = (eventSize: number): boolean =>
    eventSize <= eventLimit || (eventSize <= maxBodyBytes && meter?.holdsFile() === true);

  const check = (bytes: Uint8Array | undefined): Uint8Array | undefined => {
    if (bytes === undefined) return undefined;
    size += bytes.length;
    onBytes(bytes.length);
    if (size <= limit && fits(meter?.take(bytes) ?? 0)) return bytes;
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

/** Follows the events of a stream whose bytes come in packets. */
interface EventMeter {
  /** Takes the next bytes; says how large the event is by now that has no end yet. */
  take(bytes: Uint8Array): number;
  /** Whether that event begins as one with a file does. */
  holdsFile(): boolean;
}

/** As much of an event as says what it holds. */
const headBytes = 4_096;
/** A data URL, or a field of base64 text: of Gemini, of OpenAI's pictures, whole or in part, and of its tool for them. */
const fileBegins = /;base64,|"(?:data|b64_json|partial_image_b64|result)"\s*:\s*"[\w+/=]/;

function eventMeter(): EventMeter {
  let size = 0;
  let lineEnded = false;
  let head: Uint8Array[] = [];
  return {
    take(bytes) {
      const end = lastEventEnd(bytes, lineEnded);
      if (end !== undefined) head = [];
      const open = end === undefined ? bytes : bytes.subarray(end);
      const before = end === undefined ? size : 0;
      if (open.length > 0 && before < headBytes) head.push(open);
      size = before + open.length;
      lineEnded = endsLine(bytes, lineEnded);
      return size;
    },
    holdsFile() {
      const decoder = new TextDecoder();
      const text = head
        .map((bytes) => decoder.decode(bytes.subarray(0, headBytes), { stream: true }))
        .join('');
      return fileBegins.test(text);
    },
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
