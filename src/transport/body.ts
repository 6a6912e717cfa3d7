/** The bytes of an answer, as they come, for one reader. */
export interface Body {
  /** The next bytes; `undefined` at the end, and after `cancel`. Rejects where the connection breaks. */
  read(): Promise<Uint8Array | undefined>;
  /** Gives up on the rest, which closes the connection. */
  cancel(): void;
}

/** A body of the runtime's `fetch`. */
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

/** A body that is there already. */
export function fromText(text: string): Body {
  let rest: Uint8Array | undefined = new TextEncoder().encode(text);
  return {
    read: () => {
      const bytes = rest;
      rest = undefined;
      return Promise.resolve(bytes);
    },
    cancel: () => {
      rest = undefined;
    },
  };
}

/** A body as SDKs know it. */
export function toWeb(body: Body): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const bytes = await body.read();
        if (bytes === undefined) controller.close();
        // No answer comes in memory that is shared.
        else controller.enqueue(bytes as Uint8Array<ArrayBuffer>);
      },
      cancel: () => body.cancel(),
    },
    { highWaterMark: 0 },
  );
}

/** All of a body, as text. */
export async function readText(body: Body): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const bytes = await body.read();
    if (bytes === undefined) return text + decoder.decode();
    text += decoder.decode(bytes, { stream: true });
  }
}

/**
 * Reads the beginning of a body as text, and closes it: at most `limit` bytes, and what comes within `ms` milliseconds. A
 * connection that breaks ends it as well.
 */
export async function readSome(body: Body, limit: number, ms: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  const timer = setTimeout(() => body.cancel(), ms); // which ends the reading
  try {
    for (let left = limit; left > 0; ) {
      const bytes = await body.read();
      if (bytes === undefined) return text + decoder.decode();
      text += decoder.decode(bytes.subarray(0, left), { stream: true });
      left -= bytes.length;
    }
  } catch {
    // What has come so far is all there is.
  } finally {
    clearTimeout(timer);
  }
  body.cancel();
  return text;
}
