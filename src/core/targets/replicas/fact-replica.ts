import type { Replica } from '../../../types/plugin.ts';

/** Length of a time slice: others learn a fact after one or two of them. */
const slice = 10_000;
/** Facts of one process in one slice; more are not published, so that reading them stays cheap. */
const most = 200;

/** A fact of one process, such as which target holds a session's prompt. */
export interface Fact {
  /** Hashes and names. */
  readonly field: string;
  readonly value: number;
}

export interface FactReplica extends Replica {
  note(fact: Fact): void;
}

/**
 * Facts that are published as they arise, in short time slices, which each process reads once, when they are over.
 *
 * @param keptFor milliseconds for which a fact counts
 * @param learn takes in a fact of any process, which is `age` milliseconds old
 */
export function factReplica(
  name: string,
  keptFor: number,
  learn: (fact: Fact, age: number) => void,
): FactReplica {
  const facts = new Map<string, number>();
  let published = { slice: 0, facts: 0 };
  let read = 0;
  let asked: readonly number[] = [];

  return {
    note({ field, value }) {
      if (facts.size < most || facts.has(field)) facts.set(field, value);
    },
    keys(storeNow) {
      const current = Math.floor(storeNow / slice);
      const from = Math.max(current - Math.ceil(keptFor / slice), read + 1);
      asked = Array.from({ length: Math.max(0, current - from) }, (_, index) => from + index);
      return asked.map((number) => `${name}/${number}`);
    },
    changes(storeNow) {
      const current = Math.floor(storeNow / slice);
      if (published.slice !== current) published = { slice: current, facts: 0 };
      const due = [...facts].slice(0, Math.max(0, most - published.facts));
      facts.clear();
      if (due.length === 0) return [];
      published.facts += due.length;
      return [{ key: `${name}/${current}`, max: Object.fromEntries(due), ttl: keptFor + 2 * slice }];
    },
    absorb(entries, storeNow) {
      for (const [index, found] of entries.entries()) {
        const number = asked[index];
        if (number === undefined) continue;
        read = Math.max(read, number);
        const age = Math.max(0, storeNow - (number + 1) * slice);
        for (const [field, value] of Object.entries(found)) learn({ field, value }, age);
      }
    },
  };
}
