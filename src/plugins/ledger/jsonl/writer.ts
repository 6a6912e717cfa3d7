import type * as Files from 'node:fs/promises';
import { chainId, newChain } from '../chain/chain.ts';
import type { LedgerWriter } from '../reading.ts';
import type { LedgerRecord } from '../types.ts';
import { files } from './files.ts';
import { jsonlReader } from './reader.ts';

export interface JsonlWriterOptions {
  readonly key?: string | undefined;
  readonly timeZone?: string | undefined;
}

/**
 * Appends lines to a file. A batch is written by as few calls as possible; one that stops in the middle, because the disk is
 * full, later continues where it stopped.
 */
export function jsonlWriter(path: string, { key, timeZone = 'UTC' }: JsonlWriterOptions): LedgerWriter {
  const chain = newChain(chainId(), key);
  let handle: Files.FileHandle | undefined;
  /** The rest of the current batch. */
  let rest: Uint8Array | undefined;

  const open = async (): Promise<Files.FileHandle> => {
    if (handle !== undefined) return handle;
    const opened = await files().open(path, 'a+', 0o600);
    const { size } = await opened.stat();
    const { bytesRead, buffer } = await opened.read(new Uint8Array(1), 0, 1, Math.max(0, size - 1));
    // A process that was killed left a cut line, which must not become the beginning of ours.
    if (bytesRead === 1 && buffer[0] !== 10) rest = new Uint8Array([10]);
    handle = opened;
    return opened;
  };

  const write = async (to: Files.FileHandle): Promise<void> => {
    while (rest !== undefined && rest.length > 0) {
      const { bytesWritten } = await to.write(rest);
      rest = rest.subarray(bytesWritten);
    }
    rest = undefined;
  };

  let isPending = false;
  return {
    name: 'jsonl',
    async append(batch) {
      const to = await open();
      if (!isPending) {
        const lines = batch.map((record) => lineOf(record)).join('');
        rest = new TextEncoder().encode(rest === undefined ? lines : `\n${lines}`);
      }
      // The same batch is retried until it is written.
      isPending = true;
      await write(to);
      isPending = false;
    },
    reader: jsonlReader(path, timeZone),
    async close() {
      await handle?.close();
      handle = undefined;
    },
  };

  function lineOf(record: LedgerRecord): string {
    const content = JSON.stringify({ ...record, chain: chain.id, seq: chain.next });
    return `${content.slice(0, -1)},"hash":"${chain.link(content)}"}\n`;
  }
}
