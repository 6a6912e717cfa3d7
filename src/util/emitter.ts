import { ConfigError } from '../errors.ts';
import type { EventOf, Listener, RouterEvent, RouterEventType } from '../types/event.ts';
import { show } from './option-check.ts';

/** Passes events to listeners. Errors of listeners are ignored. */
export interface Emitter {
  on<T extends RouterEventType | '*'>(type: T, listener: Listener<T>): () => void;
  /** Event types that have a listener; other events need not be built. */
  readonly subscribed: ReadonlyMap<RouterEventType, unknown>;
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
  'budget-warning': true,
  'store-state': true,
  note: true,
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
      // A wrapper per call, so that a listener added twice and removed once stays registered once.
      const own = (event: EventOf<typeof type>): unknown => listener(event);
      if (type !== '*' && !Object.hasOwn(every, type))
        throw new ConfigError(
          'on',
          `the type of an event: ${Object.keys(every).join(', ')}, or *`,
          show(type),
        );
      if (typeof listener !== 'function') throw new ConfigError('on', 'a function', show(listener));
      if (type !== '*') return add(type, own);
      const removals = (Object.keys(every) as RouterEventType[]).map((each) => add(each, own));
      return () => {
        for (const remove of removals) remove();
      };
    },
    subscribed: listeners,
    emit(event) {
      for (const listener of listeners.get(event.type) ?? []) {
        try {
          const result = listener(event as never);
          if (result instanceof Promise) result.catch(() => {});
        } catch {
          // Listener errors are ignored.
        }
      }
    },
  };
}
