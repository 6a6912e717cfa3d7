import type { EventOf, Listener, RouterEvent, RouterEventType } from '../types/event.ts';

/** Passes events to listeners. A listener that throws or rejects does no harm. */
export interface Emitter {
  on<T extends RouterEventType | '*'>(type: T, listener: Listener<T>): () => void;
  /** Whether an event of a type has a listener; otherwise it need not be built. */
  hears(type: RouterEventType): boolean;
  emit(event: RouterEvent): void;
}

export function emitter(): Emitter {
  const listeners = new Map<RouterEventType | '*', Set<(event: never) => unknown>>();
  const call = (entry: ReadonlySet<(event: never) => unknown> | undefined, event: RouterEvent): void => {
    for (const listener of entry ?? []) {
      try {
        const result = listener(event as never);
        if (result instanceof Promise) result.catch(() => {});
      } catch {
        // The listener's own fault.
      }
    }
  };
  return {
    on(type, listener) {
      const entry = listeners.get(type) ?? new Set();
      // A function per call, so that a listener that is added twice and removed once stays once.
      const own = (event: EventOf<typeof type>): unknown => listener(event);
      entry.add(own);
      listeners.set(type, entry);
      return () => {
        entry.delete(own);
        if (entry.size === 0 && listeners.get(type) === entry) listeners.delete(type);
      };
    },
    hears: (type) => listeners.has(type) || listeners.has('*'),
    emit(event) {
      call(listeners.get(event.type), event);
      call(listeners.get('*'), event);
    },
  };
}
