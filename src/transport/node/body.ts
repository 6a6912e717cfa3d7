import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import type * as Zlib from 'node:zlib';
import type { Body } from '../body.ts';

/** Bytes that lie ready unread before the connection is held back: as many as the socket itself takes at once. */
const mostReady = 65_536;
/** As many as Node's `fetch` takes: more layers are nobody's honest answer. */
const mostEncodings = 5;

/** A body that can also be broken off from outside. */
export interface NodeBody extends Body {
  /** After what lies ready, the reader gets this error. */
  fail(error: unknown): void;
}

/**
 * The body of a stream of Node, with nothing between its events and the reader but a queue. `close` breaks the
 * connection off; `over` is called once, when nothing more can come.
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
    if (size >= mostReady) stream.pause();
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
        if (size < mostReady && stream.isPaused()) stream.resume();
        return Promise.resolve(bytes);
      }
      if (state === 'ended') return Promise.resolve(undefined);
      if (state !== 'open') return Promise.reject(state.error);
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
      });
    },
    cancel() {
      ready.length = 0;
      end('ended');
      close();
    },
    fail,
  };
}

/** What Node itself says of a connection that is gone, for where it says nothing. */
export function connectionLost(): Error {
  return Object.assign(new Error('the connection is gone'), { code: 'ECONNRESET' });
}

/** The answer's bytes as they were before the server packed them: it was asked not to, but some do all the same. */
export function decoded(answer: IncomingMessage, encoding: string | undefined, zlib: typeof Zlib): Readable {
  if (encoding === undefined) return answer;
  const names = encoding.split(',').map((name) => name.trim().toLowerCase());
  const decoders = names.reverse().flatMap((name) => decoder(name, zlib) ?? []);
  // One that nobody knows leaves the bytes as they are, and they will not be found to be an answer.
  if (decoders.length > mostEncodings) return answer;
  return decoders.reduce<Readable>((from, make) => {
    const to = make();
    from.on('error', (error) => to.destroy(error));
    from.on('close', () => {
      if (!from.readableEnded) to.destroy(connectionLost());
    });
    return from.pipe(to);
  }, answer);
}

/** As Node's `fetch` does it: what comes early is given out early, and what ends early is not an error of its own. */
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
