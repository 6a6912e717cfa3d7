import type { Anchor } from '../reading.ts';
import { genesis, linkHash } from './hash.ts';

/** The hash chain of one writer in one process. A chain of all processes would need a lock for every row. */
export interface Chain {
  readonly id: string;
  /** The number of the next row. */
  readonly next: number;
  /** Links a row; returns its hash. */
  link(content: string): string;
  readonly head: Anchor;
  /** Removes the rows linked since then, because they were not written. */
  reset(head: Anchor): void;
}

/** 64 random bits in 13 letters; short, because each row and index contains it. */
export function chainId(): string {
  const bytes = crypto.getRandomValues(new BigUint64Array(1));
  return (bytes[0] ?? 0n).toString(36).padStart(13, '0');
}

export function newChain(id: string, key: string | undefined): Chain {
  const hashOf = linkHash(key);
  let seq = 0;
  let hash = genesis;
  return {
    id,
    get next() {
      return seq + 1;
    },
    link(content) {
      hash = hashOf(hash, content);
      seq += 1;
      return hash;
    },
    get head() {
      return { chain: id, seq, hash };
    },
    reset(head) {
      seq = head.seq;
      hash = head.hash;
    },
  };
}
