import type { Plugin } from 'signalbox';

/** Tells other processes what vendors have said about when to come back, and heeds what they tell. */
export function sharedHealth({ every = 1_000 } = {}): Plugin {
  return {
    name: 'shared-health',
    install({ store, replicas, every: repeat }) {
      const keys = replicas.map(({ key }) => key);
      const exchange = async (): Promise<void> => {
        // All moments are on the store's time, because the clocks of processes differ.
        const { now } = await store.read([]);
        const changes = replicas.flatMap((replica) => replica.changes(now));
        if (changes.length > 0) await store.publish(changes);
        const known = await store.read(keys);
        for (const [index, replica] of replicas.entries())
          replica.absorb(known.entries[index] ?? {}, known.now);
      };
      repeat(every, exchange);
      return exchange;
    },
  };
}
