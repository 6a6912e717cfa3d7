import type { Socket } from 'node:net';

/** Undici's parser of the responses on a connection: the parts needed here. */
interface Parser {
  paused: boolean;
  resume(): void;
}

/**
 * Keeps undici from ending the process when a connection ends whose response waits for a slow reader: undici asserts then that its
 * parser is not paused, in a listener of the socket, where the failed assertion cannot be caught
 * (https://github.com/nodejs/undici/issues/5360: up to Node 24.21 and 22.23, also in `fetch`). What the connection holds is delivered,
 * and an incomplete response fails.
 *
 * @param socket a connection that undici does not have yet, so that these listeners run before its own
 */
export function endingWhilePaused(socket: Socket): void {
  const unpause = (): void => {
    const key = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'parser');
    const parser: unknown = key === undefined ? undefined : Reflect.get(socket, key);
    if (!isParser(parser) || !parser.paused) return;
    parser.resume(); // does nothing after a reset
    parser.paused = false;
  };
  socket.on('end', unpause).on('error', unpause).on('close', unpause);
}

function isParser(value: unknown): value is Parser {
  return typeof value === 'object' && value !== null && 'paused' in value && 'resume' in value;
}
