import { ProviderError } from '../errors.ts';
import type { Arrived, Body } from './body.ts';
import { networkError } from './failure/network-error.ts';

const mebibyte = 1024 * 1024;
/** Maximum size of a body in bytes, after decompression. */
const maxBodyBytes = 32 * mebibyte;
/**
 * Maximum size of a body or event that may hold several images: ten of the largest on the market take about
 * 130 MiB.
 */
const maxLargeBodyBytes = 256 * mebibyte;
/** Maximum size of a whole event stream in bytes, after decompression. */
const maxStreamBytes = 512 * mebibyte;
/**
 * Maximum size of one event in bytes, after decompression. An event with a file, such as an image, may be as
 * large as a body.
 */
const maxEventBytes = 8 * mebibyte;
/** Maximum number of bytes read from an error body. */
export const maxErrorBytes = 16 * 1024;
/**
 * Maximum time to read an error body, in milliseconds. The status alone is enough to act on; the body only
 * adds detail.
 */
export const maxErrorTime = 500;

const lineFeed = 10;
const carriageReturn = 13;

/**
 * Limits the size of a body or, in an event stream, of an event, and turns read errors into `ProviderError`s.
 */
export function guardBody(
  body: Body,
  provider: string,
  eventStream: boolean,
  large: boolean | 'lines' = false,
  traffic?: { received: number },
  onPiece?: () => void,
): Body {
  const whole = large === 'lines' ? Number.POSITIVE_INFINITY : large ? maxLargeBodyBytes : maxBodyBytes;
  const limit = eventStream ? maxStreamBytes : whole;
  const eventLimit = large ? maxLargeBodyBytes : maxEventBytes;
  const meter = eventStream ? eventMeter() : undefined;
  let size = 0;
  let broken: ProviderError | undefined;

  const fits = (eventSize: number): boolean =>
    eventSize <= eventLimit || (eventSize <= maxBodyBytes && meter?.holdsFile() === true);

  const check = (bytes: Uint8Array | undefined): Uint8Array | undefined => {
    if (bytes === undefined) return undefined;
    size += bytes.length;
    if (traffic !== undefined) traffic.received += bytes.length;
    onPiece?.();
    if (size <= limit && (meter === undefined || fits(meter.take(bytes)))) return bytes;
    const summary =
      size > limit
        ? `the response is larger than ${limit / mebibyte} MiB`
        : `an event is larger than ${eventLimit / mebibyte} MiB`;
    broken = new ProviderError({ kind: 'malformed', provider, answered: true, summary });
    body.cancel();
    throw broken;
  };
  /** What has arrived, up to what does not fit; the next read rejects then. */
  const arrived = (): Arrived => {
    const fitting: Uint8Array[] = [];
    if (broken !== undefined || body.arrived === undefined) return { bytes: fitting, ended: false };
    const { bytes, ended } = body.arrived();
    try {
      for (const piece of bytes) if (check(piece)) fitting.push(piece);
      return { bytes, ended };
    } catch {
      return { bytes: fitting, ended: false };
    }
  };
  const fail = (error: unknown): never => {
    broken = networkError(provider, error, true);
    throw broken;
  };

  return {
    // A canceled body reads as ended; after an error, it must keep rejecting.
    read: () => (broken === undefined ? body.read().then(check, fail) : Promise.reject(broken)),
    ...(body.arrived === undefined ? {} : { arrived }),
    cancel: () => body.cancel(),
  };
}

/** Measures the events of a stream whose bytes arrive in chunks. */
interface EventMeter {
  /** Adds the next bytes and returns the size of the unfinished event. */
  take(bytes: Uint8Array): number;
  /** Whether the unfinished event starts like one that holds a file. */
  holdsFile(): boolean;
}

/** How many bytes of an event are needed to recognize its content. */
const headBytes = 4_096;
/** A data URL or a base64 field: Gemini's, OpenAI's full and partial images, and its image tool's. */
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

/**
 * The offset after the last empty line, which ends an event. `lineEnded`: whether a line ended just before
 * these bytes.
 */
function lastEventEnd(bytes: Uint8Array, lineEnded: boolean): number | undefined {
  const last = bytes.lastIndexOf(lineFeed);
  const mark = last === -1 ? carriageReturn : lineFeed; // streams may use bare carriage returns
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
  // Possibly the first half of CRLF, so the byte before it decides.
  const before = bytes.at(-2);
  return before === undefined ? lineEnded : before === lineFeed || before === carriageReturn;
}
