/** An entry in one of several lines. */
export interface LaneEntry {
  /** Rank of the priority: 0 is served first. */
  readonly rank: number;
  /** What the entry waits for. Entries with the same rank and line are served in turn. */
  readonly line: string;
  /** Arrival number: unique and increasing. */
  readonly number: number;
}

/** Entries by priority and line, each lane in order of arrival. */
export interface PriorityLanes<Entry extends LaneEntry> {
  readonly size: number;
  /** Adds an entry; it must be the latest to arrive. */
  add(entry: Entry): void;
  delete(entry: Entry): void;
  /**
   * The next entry to serve: among the lane heads, the earliest of the highest priority.
   *
   * @param stuck heads whose lanes are skipped
   */
  head(stuck: ReadonlySet<Entry>): Entry | undefined;
  /** The entry to evict first: the latest of the lowest priority, if that is lower than `rank`. */
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
