/** Something that waits in one of several lines. */
export interface LaneEntry {
  /** Of priority: 0 is served first. */
  readonly rank: number;
  /** What it waits for. Entries with the same rank and line are served in turn. */
  readonly line: string;
  /** Of arrival: unique, and later ones are larger. */
  readonly number: number;
}

/** Entries by priority and line, each lane in the order of arrival. */
export interface PriorityLanes<Entry extends LaneEntry> {
  readonly size: number;
  /** Adds an entry that arrived after all others. */
  add(entry: Entry): void;
  delete(entry: Entry): void;
  /**
   * The entry to serve next: of those at the head of their lane, the one of the highest priority that came first.
   *
   * @param stuck heads whose lanes are passed over
   */
  head(stuck: ReadonlySet<Entry>): Entry | undefined;
  /** The entry to give up first: the last to arrive of the lowest priority, if that is lower than `rank`. */
  leastBelow(rank: number): Entry | undefined;
  /** How many entries of a line are served before a new one of this rank. */
  before(line: string, rank: number): number;
}

export function priorityLanes<Entry extends LaneEntry>(): PriorityLanes<Entry> {
  const lanes = new Map<string, Set<Entry>>();
  const keyOf = ({ rank, line }: LaneEntry): string => `${rank} ${line}`;

  const self = {
    size: 0,
    add(entry: Entry) {
      const key = keyOf(entry);
      const lane = lanes.get(key) ?? new Set();
      lanes.set(key, lane.add(entry));
      self.size += 1;
    },
    delete(entry: Entry) {
      const key = keyOf(entry);
      const lane = lanes.get(key);
      if (lane?.delete(entry) !== true) return;
      if (lane.size === 0) lanes.delete(key);
      self.size -= 1;
    },
    head(stuck: ReadonlySet<Entry>) {
      let best: Entry | undefined;
      for (const [first] of lanes.values()) {
        if (first === undefined || stuck.has(first)) continue;
        if (best === undefined || (first.rank - best.rank || first.number - best.number) < 0) best = first;
      }
      return best;
    },
    leastBelow(rank: number) {
      let least: Entry | undefined;
      for (const lane of lanes.values()) {
        const last = [...lane].at(-1);
        if (last === undefined || last.rank <= rank) continue;
        if (least === undefined || (last.rank - least.rank || last.number - least.number) > 0) least = last;
      }
      return least;
    },
    before(line: string, rank: number) {
      let count = 0;
      for (const lane of lanes.values()) {
        const [first] = lane;
        if (first?.line === line && first.rank <= rank) count += lane.size;
      }
      return count;
    },
  };
  return self;
}
