import type { EventOf, Listener, RouterEvent, RouterEventType } from '../types/event.ts';

/** Hands events to listeners. Nothing that a listener does can harm the one who emits. */
export interface Emitter {
  on<T extends RouterEventType>(type: T, listener: Listener<T>): () => void;
  /** The types that have a listener: the events of others need not be built. */
  readonly heard: ReadonlyMap<RouterEventType, unknown>;
  emit(event: RouterEvent): void;
}

export function emitter(): Emitter {
  const listeners = new Map<RouterEventType, Set<(event: never) => unknown>>();
  return {
    on(type, listener) {
      const entry = listeners.get(type) ?? new Set();
      // A function of its own for each call, so that adding one listener twice and removing it once does what it says.
      const own = (event: EventOf<typeof type>): unknown => listener(event);
      entry.add(own);
      listeners.set(type, entry);
      return () => {
        entry.delete(own);
        if (entry.size === 0 && listeners.get(type) === entry) listeners.delete(type);
      };
    },
    heard: listeners,
    emit(event) {
      for (const listener of listeners.get(event.type) ?? []) {
        try {
          const result = listener(event as never);
          if (result instanceof Promise) result.catch(() => {});
        } catch {
          // A listener's trouble is its own.
        }
      }
    },
  };
}
