import type { Anchor, VerifyOptions, VerifyProblem, VerifyReport } from '../reading.ts';
import { genesis, type LinkHash, linkHash } from './hash.ts';

/** A row to be checked. */
export interface Link {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
  /** The hashed content. */
  readonly content: string;
  readonly requestId?: string;
  readonly line?: number;
}

/** The start of a chain after retention, and its end as last recorded by its writer. */
export interface ChainEnds {
  readonly first?: Omit<Anchor, 'chain'>;
  readonly last?: Omit<Anchor, 'chain'>;
}

interface ChainState {
  seq: number;
  hash: string;
}

/** Checks hash chains. The rows of a chain arrive in the order of their numbers or, from a file, in file order. */
export class Verification {
  readonly #link: LinkHash;
  readonly #anchors: ReadonlyMap<string, string>;
  readonly #ends: ReadonlyMap<string, ChainEnds> | undefined;
  readonly #chains = new Map<string, ChainState>();
  readonly #met = new Set<string>();
  readonly #problems: VerifyProblem[] = [];
  #rows = 0;

  /** @param ends the chains that writers recorded; `undefined` for a file, which has no such list */
  constructor({ key, anchors = [] }: VerifyOptions, ends: ReadonlyMap<string, ChainEnds> | undefined) {
    this.#link = linkHash(key);
    this.#anchors = new Map(anchors.map(({ chain, seq, hash }) => [`${chain} ${seq}`, hash]));
    this.#ends = ends;
  }

  /** A row that belongs to no chain. */
  unlinked(row: Omit<Link, 'hash' | 'content'>): void {
    this.#problem(row, 'added');
  }

  add(row: Link): void {
    this.#rows += 1;
    if (this.#ends !== undefined && !this.#ends.has(row.chain)) {
      this.unlinked(row);
      return;
    }
    const state = this.#stateOf(row.chain);
    const anchor = this.#anchors.get(`${row.chain} ${row.seq}`);
    if (anchor !== undefined) this.#met.add(`${row.chain} ${row.seq}`);
    if (row.seq <= state.seq) {
      this.#problem(row, 'moved');
      return;
    }
    if (row.seq > state.seq + 1) {
      // The previous row is missing, so this row's own hash cannot be checked.
      this.#problems.push({ chain: row.chain, seq: row.seq - 1, problem: 'missing' });
    } else if (this.#link(state.hash, row.content) !== row.hash || (anchor ?? row.hash) !== row.hash) {
      this.#problem(row, 'changed');
    }
    state.seq = row.seq;
    state.hash = row.hash;
  }

  end(): VerifyReport {
    for (const [chain, { last }] of this.#ends ?? []) {
      const state = this.#stateOf(chain);
      if (last !== undefined && last.seq > state.seq)
        this.#problems.push({ chain, seq: last.seq, problem: 'missing' });
      else if (last !== undefined && last.seq === state.seq && last.hash !== state.hash)
        this.#problems.push({ chain, seq: last.seq, problem: 'changed' });
    }
    for (const id of this.#anchors.keys()) {
      const [chain = '', seq = ''] = id.split(' ');
      const first = this.#ends?.get(chain)?.first?.seq ?? 0;
      if (!this.#met.has(id) && Number(seq) > first)
        this.#problems.push({ chain, seq: Number(seq), problem: 'missing' });
    }
    const heads = [...this.#chains].map(([chain, { seq, hash }]) => ({ chain, seq, hash }));
    return { ok: this.#problems.length === 0, rows: this.#rows, heads, problems: this.#problems };
  }

  #stateOf(chain: string): ChainState {
    const known = this.#chains.get(chain);
    if (known !== undefined) return known;
    const first = this.#ends?.get(chain)?.first;
    const state = { seq: first?.seq ?? 0, hash: first?.hash ?? genesis };
    this.#chains.set(chain, state);
    return state;
  }

  #problem(
    { chain, seq, requestId, line }: Omit<Link, 'hash' | 'content'>,
    problem: VerifyProblem['problem'],
  ): void {
    this.#problems.push({
      chain,
      seq,
      problem,
      ...(requestId === undefined ? {} : { requestId }),
      ...(line === undefined ? {} : { line }),
    });
  }
}
