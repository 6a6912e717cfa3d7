import type { EventOf, Listener, RouterEvent, RouterEventType } from '../types/event.ts';

/** Passes events to listeners. A listener that throws or rejects does no harm. */
export interface Emitter {
  on<T extends RouterEventType | '*'>(type: T, listener: Listener<T>): () => void;
  /** The types that have a listener: the events of others need not be built. */
  readonly heard: ReadonlyMap<RouterEventType, unknown>;
  emit(event: RouterEvent): void;
}

const every: Readonly<Record<RouterEventType, true>> = {
  'request-start': true,
  'attempt-start': true,
  'attempt-end': true,
  usage: true,
  'request-end': true,
  'target-state': true,
  'price-unknown': true,
  'plugin-error': true,
};

export function emitter(): Emitter {
  const listeners = new Map<RouterEventType, Set<(event: never) => unknown>>();

  const add = (type: RouterEventType, listener: (event: never) => unknown): (() => void) => {
    const entry = listeners.get(type) ?? new Set();
    entry.add(listener);
    listeners.set(type, entry);
    return () => {
      entry.delete(listener);
      if (entry.size === 0 && listeners.get(type) === entry) listeners.delete(type);
    };
  };

  return {
    on(type, listener) {
      // A function per call, so that a listener that is added twice and removed once stays once.
      const own = (event: EventOf<typeof type>): unknown => listener(event);
      if (type !== '*') return add(type, own);
      const removals = (Object.keys(every) as RouterEventType[]).map((each) => add(each, own));
      return () => {
        for (const remove of removals) remove();
      };
    },
    heard: listeners,
    emit(event) {
      for (const listener of listeners.get(event.type) ?? []) {
        try {
          const result = listener(event as never);
          if (result instanceof Promise) result.catch(() => {});
        } catch {
          // The listener's own fault.
        }
      }
    },
  };
}
