import type { Plugin } from 'signalbox';

/** Tells other processes what vendors have said about when to come back, and heeds what they tell. */
export function sharedHealth({ every = 1_000 } = {}): Plugin {
  return {
    name: 'shared-health',
    install({ store, replicas: replicasOf, every: repeat }) {
      const exchange = async (): Promise<void> => {
        const replicas = await replicasOf();
        // All moments are on the store's time, because the clocks of processes differ.
        const { now } = await store.read([]);
        const changes = replicas.flatMap((replica) => replica.changes(now));
        if (changes.length > 0) await store.publish(changes);
        for (const replica of replicas) {
          const known = await store.read(replica.keys(now));
          replica.absorb(known.entries, known.now);
        }
      };
      repeat(every, exchange);
      return exchange;
    },
  };
}
