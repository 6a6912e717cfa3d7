import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import type * as Zlib from 'node:zlib';
import type { Body } from '../body.ts';

/**
 * How many unread bytes may be buffered before the connection is paused: as many as the socket reads at once.
 */
const maxReady = 65_536;
/** Maximum number of content encodings, the same as in Node's `fetch`. */
const maxEncodings = 5;

/** A body that can also be failed from outside. */
export interface NodeBody extends Body {
  /** Makes reads reject with this error once the buffered bytes are consumed. */
  fail(error: unknown): void;
}

/**
 * Wraps a Node stream with only a queue between its events and the reader. `close` drops the connection;
 * `over` is called once, when no more bytes can arrive.
 */
export function nodeBody(stream: Readable, close: () => void, over: () => void): NodeBody {
  const ready: Uint8Array[] = [];
  let size = 0;
  let state: 'open' | 'ended' | { readonly error: unknown } = 'open';
  let waiting: { resolve(bytes: Uint8Array | undefined): void; reject(error: unknown): void } | undefined;

  const end = (how: Exclude<typeof state, 'open'>): void => {
    if (state !== 'open') return;
    state = how;
    over();
    const waiter = waiting;
    waiting = undefined;
    if (how === 'ended') waiter?.resolve(undefined);
    else waiter?.reject(how.error);
  };

  stream.on('data', (bytes: Uint8Array) => {
    if (state !== 'open') return;
    if (waiting !== undefined) {
      const { resolve } = waiting;
      waiting = undefined;
      resolve(bytes);
      return;
    }
    ready.push(bytes);
    size += bytes.length;
    if (size >= maxReady) stream.pause();
  });
  stream.on('end', () => end('ended'));
  const fail = (error: unknown): void => end({ error });
  stream.on('error', fail);
  stream.on('close', () => {
    if (state === 'open') fail(connectionLost());
  });

  return {
    read() {
      const bytes = ready.shift();
      if (bytes !== undefined) {
        size -= bytes.length;
        if (size < maxReady && stream.isPaused()) stream.resume();
        return Promise.resolve(bytes);
      }
      if (state === 'ended') return Promise.resolve(undefined);
      if (state !== 'open') return Promise.reject(state.error);
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
      });
    },
    arrived() {
      size = 0;
      return { bytes: ready.splice(0), ended: state === 'ended' };
    },
    cancel() {
      ready.length = 0;
      end('ended');
      close();
    },
    fail,
  };
}

/** The error that Node itself reports for a lost connection, for the cases where it reports none. */
export function connectionLost(): Error {
  return Object.assign(new Error('the connection is gone'), { code: 'ECONNRESET' });
}

/** Decompresses the response. Requests ask for no compression, but some servers compress anyway. */
export function decoded(answer: IncomingMessage, encoding: string | undefined, zlib: typeof Zlib): Readable {
  if (encoding === undefined) return answer;
  const names = encoding.split(',').map((name) => name.trim().toLowerCase());
  const decoders = names.reverse().flatMap((name) => decoder(name, zlib) ?? []);
  // An unknown encoding leaves the bytes as they are, and parsing them will fail.
  if (decoders.length > maxEncodings) return answer;
  return decoders.reduce<Readable>((from, make) => {
    const to = make();
    from.on('error', (error) => to.destroy(error));
    from.on('close', () => {
      if (!from.readableEnded) to.destroy(connectionLost());
    });
    return from.pipe(to);
  }, answer);
}

/**
 * As Node's `fetch` does: emits data as early as possible, and does not treat a truncated end as an error.
 */
function decoder(name: string, zlib: typeof Zlib): (() => Transform) | undefined {
  const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH } = zlib.constants;
  const zipped = { flush: Z_SYNC_FLUSH, finishFlush: Z_SYNC_FLUSH };
  switch (name) {
    case 'gzip':
    case 'x-gzip':
      return () => zlib.createGunzip(zipped);
    case 'deflate':
      return () => zlib.createInflate(zipped);
    case 'br':
      return () =>
        zlib.createBrotliDecompress({ flush: BROTLI_OPERATION_FLUSH, finishFlush: BROTLI_OPERATION_FLUSH });
    default:
      return undefined;
  }
}
