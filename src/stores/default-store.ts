import type { Clock } from '../types/clock.ts';
import type { Store } from '../types/store.ts';

/** The default store, in the memory of the process. Loaded when a plugin first uses it. */
export function defaultStore(clock: Clock): Store {
  let loading: Promise<Store> | undefined;
  const load = (): Promise<Store> => {
    loading ??= import('./memory/index.ts').then(({ memory }) => memory({ clock }));
    return loading;
  };
  return {
    name: 'memory',
    get: async (keys) => (await load()).get(keys),
    set: async (key, value, options) => (await load()).set(key, value, options),
    delete: async (keys) => (await load()).delete(keys),
    publish: async (changes) => (await load()).publish(changes),
    read: async (keys) => (await load()).read(keys),
    lease: async (request) => (await load()).lease(request),
    settle: async (settlement) => (await load()).settle(settlement),
    notify: async (channel, message) => (await load()).notify?.(channel, message),
    subscribe(channel, onMessage) {
      const leaving = load().then((store) => store.subscribe?.(channel, onMessage));
      return () => void leaving.then((leave) => leave?.());
    },
  };
}
