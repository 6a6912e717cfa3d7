import type { Readable, Transform } from 'node:stream';
import type * as Zlib from 'node:zlib';
import type { Arrived, Body } from '../body.ts';

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
 * Packets between the connection that they arrive on and their reader. A class, so that a request creates no closures
 * for it.
 */
export abstract class PacketQueue implements NodeBody {
  #ready: Uint8Array[] = [];
  #size = 0;
  #state: 'open' | 'ended' | { readonly error: unknown } = 'open';
  #reader: { resolve(bytes: Uint8Array | undefined): void; reject(error: unknown): void } | undefined;
  #isPaused = false;

  /** Lets the connection send on after `push` has returned `false`. */
  protected abstract resume(): void;
  /** Drops the connection. */
  protected abstract close(): void;
  /** Called once, when no more packets can arrive. */
  protected abstract settle(): void;

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Adds a packet. Returns whether more may follow at once. */
  push(packet: Uint8Array): boolean {
    if (this.#state !== 'open') return true;
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader.resolve(packet);
      return true;
    }
    this.#ready.push(packet);
    this.#size += packet.length;
    this.#isPaused = this.#size >= maxReady;
    return !this.#isPaused;
  }

  /** No more packets arrive. */
  end(how: 'ended' | { readonly error: unknown } = 'ended'): void {
    if (this.#state !== 'open') return;
    this.#state = how;
    this.settle();
    const reader = this.#reader;
    this.#reader = undefined;
    if (how === 'ended') reader?.resolve(undefined);
    else reader?.reject(how.error);
  }

  fail(error: unknown): void {
    this.end({ error });
  }

  read(): Promise<Uint8Array | undefined> {
    const packet = this.#ready.shift();
    if (packet !== undefined) {
      this.#size -= packet.length;
      if (this.#isPaused) this.#sendOn();
      return Promise.resolve(packet);
    }
    if (this.#state === 'ended') return Promise.resolve(undefined);
    if (this.#state !== 'open') return Promise.reject(this.#state.error);
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  arrived(): Arrived {
    // Undici pushes what its socket holds, possibly up to the end, before `resume` returns. All of that has arrived too.
    while (this.#isPaused) {
      this.#size = 0;
      this.#sendOn();
    }
    const bytes = this.#ready;
    this.#ready = [];
    this.#size = 0;
    return { bytes, ended: this.#state === 'ended' };
  }

  cancel(): void {
    this.#ready.length = 0;
    this.end();
    this.close();
  }

  #sendOn(): void {
    if (this.#size >= maxReady) return;
    this.#isPaused = false;
    this.resume();
  }
}

/**
 * Wraps a Node stream with only a queue between its events and the reader. `close` drops the connection;
 * `over` is called once, when no more bytes can arrive.
 */
export function nodeBody(stream: Readable, close: () => void, over: () => void): NodeBody {
  return new StreamQueue(stream, close, over);
}

class StreamQueue extends PacketQueue {
  readonly #stream: Readable;
  readonly #close: () => void;
  readonly #over: () => void;

  constructor(stream: Readable, close: () => void, over: () => void) {
    super();
    this.#stream = stream;
    this.#close = close;
    this.#over = over;
    stream.on('data', (bytes: Uint8Array) => {
      if (!this.push(bytes)) stream.pause();
    });
    stream.on('end', () => this.end());
    stream.on('error', (error) => this.fail(error));
    stream.on('close', () => this.fail(connectionLost()));
  }

  protected override resume(): void {
    this.#stream.resume();
  }

  protected override close(): void {
    this.#close();
  }

  protected override settle(): void {
    this.#over();
  }
}

/** The error that Node itself reports for a lost connection, for the cases where it reports none. */
export function connectionLost(): Error {
  return Object.assign(new Error('the connection is gone'), { code: 'ECONNRESET' });
}

/** Decompresses the response. Requests ask for no compression, but some servers compress anyway. */
export function decoded(answer: Readable, encoding: string | undefined, zlib: typeof Zlib): Readable {
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
