/** How much may follow a complete answer, in bytes and milliseconds, before its connection is closed. */
const limit = { bytes: 16_384, time: 1_000 };

/**
 * Drains what follows a complete answer, so that its connection can be reused.
 *
 * @param read reads the next bytes and returns their number; `undefined` at the end
 * @param close cancels the rest and closes the connection
 */
export function readRest(read: () => Promise<number | undefined>, close: () => void): void {
  const timer = setTimeout(close, limit.time);
  const readOn = async (): Promise<void> => {
    for (let left = limit.bytes; left > 0; ) {
      const size = await read();
      if (size === undefined) return;
      left -= size;
    }
    close();
  };
  readOn()
    .catch(() => {})
    .finally(() => clearTimeout(timer));
}
