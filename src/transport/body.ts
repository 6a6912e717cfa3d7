/** The bytes of a response as they arrive, for a single reader. */
export interface Body {
  /**
   * Returns the next bytes, or `undefined` at the end and after `cancel`. Rejects if the connection breaks.
   */
  read(): Promise<Uint8Array | undefined>;
  /** What has arrived and was not read, without waiting. Omitted where it cannot be known. */
  arrived?(): Arrived;
  /** Discards the rest and closes the connection. */
  cancel(): void;
}

/** Unread bytes, and whether the body ends after them. */
export interface Arrived {
  readonly bytes: readonly Uint8Array[];
  readonly ended: boolean;
}

const nothing: Arrived = { bytes: [], ended: false };

/** Wraps the body of a `fetch` response. */
export function fromWeb(stream: ReadableStream<Uint8Array> | null): Body {
  if (stream === null) return { read: () => Promise.resolve(undefined), cancel: () => {} };
  const reader = stream.getReader();
  return {
    read: () => reader.read().then(({ value }) => value),
    cancel: () => {
      reader.cancel().catch(() => {});
    },
  };
}

/** It keeps nothing from one text to the next. */
const encoder = /* @__PURE__ */ new TextEncoder();

/** A body with a known text. */
export function fromText(text: string): Body {
  let rest: Uint8Array | undefined = encoder.encode(text);
  const take = (): Uint8Array | undefined => {
    const bytes = rest;
    rest = undefined;
    return bytes;
  };
  return {
    read: () => Promise.resolve(take()),
    arrived: () => {
      const bytes = take();
      return { bytes: bytes === undefined ? [] : [bytes], ended: true };
    },
    cancel: () => {
      rest = undefined;
    },
  };
}

/** Converts a body to the web stream that SDKs expect. */
export function toWeb(body: Body): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const bytes = await body.read();
        if (bytes === undefined) controller.close();
        // Response bytes are never in shared memory.
        else controller.enqueue(bytes as Uint8Array<ArrayBuffer>);
      },
      cancel: () => body.cancel(),
    },
    { highWaterMark: 0 },
  );
}

/** For texts whose bytes are all there; it keeps nothing from one to the next. */
const wholeText = /* @__PURE__ */ new TextDecoder();

/** Reads a whole body as text. A short one usually lies there with its headers, and is read without waiting. */
export async function readText(body: Body): Promise<string> {
  const { bytes: early, ended } = body.arrived?.() ?? nothing;
  const [only] = early;
  if (ended && early.length === 1) return wholeText.decode(only);
  const decoder = new TextDecoder();
  let text = '';
  for (const bytes of early) text += decoder.decode(bytes, { stream: true });
  if (ended) return text + decoder.decode();
  for (;;) {
    const bytes = await body.read();
    if (bytes === undefined) return text + decoder.decode();
    text += decoder.decode(bytes, { stream: true });
  }
}

/**
 * Reads the beginning of a body as text, at most `limit` bytes within `ms` milliseconds, then closes it. A
 * broken connection also ends the read.
 */
export async function readSome(body: Body, limit: number, ms: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  const timer = setTimeout(() => body.cancel(), ms); // ends the pending read
  try {
    for (let left = limit; left > 0; ) {
      const bytes = await body.read();
      if (bytes === undefined) return text + decoder.decode();
      text += decoder.decode(bytes.subarray(0, left), { stream: true });
      left -= bytes.length;
    }
  } catch {
    // Keep what was read before the connection broke.
  } finally {
    clearTimeout(timer);
  }
  body.cancel();
  return text;
}
