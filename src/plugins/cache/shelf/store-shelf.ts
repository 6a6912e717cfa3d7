import type { Store } from '../../../types/store.ts';
import { canonical } from '../keys/canonical.ts';
import type { Digest } from '../keys/digest.ts';
import type { Labels, Selector, Shelf } from './shelf.ts';
import type { StoreGuard } from './store-guard.ts';

export interface StoreShelfInit {
  readonly store: Store;
  /** Prefix of all keys. */
  readonly namespace: string;
  readonly digest: Digest;
  readonly attempt: StoreGuard;
  /** Milliseconds for which an invalidation has to be remembered: longer than any entry lives. */
  readonly memory: number;
  report(error: unknown): void;
}

/**
 * Entries in a store that processes share. A failure of the store is a miss and is reported; after a few
 * consecutive failures calls pause for a while, so that no request waits for an unavailable store.
 *
 * An invalidation is a mark with its time, which every process reads along with the entry, in the same turn:
 * an entry older than a mark that selects it is invalid.
 */
export function storeShelf({ store, namespace, digest, attempt, memory, report }: StoreShelfInit): Shelf {
  const markOf = async (selector: Selector): Promise<string> =>
    `${namespace}/mark/${await digest(canonical(['mark', selector]) ?? '')}`;
  const marksFor = ({ scope, route }: Omit<Labels, 'tags'>, tag?: string): Promise<readonly string[]> => {
    const tagged = tag === undefined ? {} : { tag };
    const selectors = [{}, { scope }, { route }, { scope, route }];
    return Promise.all(selectors.map((selector) => markOf({ ...selector, ...tagged })));
  };
  /** When the latest invalidation that selects an entry happened, and the store's time. */
  const latest = async (marks: readonly string[]): Promise<number> => {
    const { entries } = await store.read(marks);
    return Math.max(0, ...entries.map(({ at = 0 }) => at));
  };

  const valid = async (key: string, value: string, labels: Labels, invalidatedAt: number) => {
    const wrapped = unwrap(value);
    if (wrapped === undefined) {
      report(new Error('the store returned something that is not an entry of this cache'));
      drop(key);
      return undefined;
    }
    const { at, route, tags, text } = wrapped;
    if (at <= invalidatedAt) return undefined;
    // Usually the entry has no other labels than the request.
    const own = { scope: labels.scope, route };
    const marks = await Promise.all([
      ...(route === labels.route ? [] : [marksFor(own)]),
      ...tags.map((tag) => marksFor(own, tag)),
    ]);
    return marks.length > 0 && at <= (await latest(marks.flat())) ? undefined : text;
  };
  const drop = (key: string): void => {
    void attempt(() => store.delete([`${namespace}/${key}`]));
  };

  return {
    isShared: true,
    async get(keys, labels) {
      const found = await attempt(async () => {
        const [values, invalidatedAt] = await Promise.all([
          store.get(keys.map((key) => `${namespace}/${key}`)),
          marksFor(labels).then(latest),
        ]);
        return Promise.all(
          keys.map((key, index) => {
            const stored = values[index];
            return stored === undefined ? undefined : valid(key, stored.value, labels, invalidatedAt);
          }),
        );
      });
      return found ?? keys.map(() => undefined);
    },
    async set(key, text, labels, { ttl, age }) {
      await attempt(async () => {
        // On the store's clock, like the marks.
        const { now } = await store.read([]);
        await store.set(`${namespace}/${key}`, wrap(Math.round(now - age), labels, text), {
          ttl: Math.ceil(ttl),
        });
      });
    },
    drop,
    async invalidate(selector) {
      const key = await markOf(selector);
      const { now } = await store.read([]);
      await store.publish([{ key, max: { at: now }, ttl: memory }]);
    },
  };
}

interface Wrapped {
  readonly at: number;
  readonly route: string;
  readonly tags: readonly string[];
  readonly text: string;
}

/** The labels come before the entry, so that they can be read without reading all of it. */
function wrap(at: number, { route, tags }: Labels, text: string): string {
  return `${JSON.stringify([at, route, ...tags])}\n${text}`;
}

function unwrap(value: unknown): Wrapped | undefined {
  if (typeof value !== 'string') return undefined;
  const end = value.indexOf('\n');
  const labels = parsed(value.slice(0, Math.max(end, 0)));
  if (!Array.isArray(labels)) return undefined;
  const [at, ...names]: unknown[] = labels;
  const [route, ...tags] = names.map(String);
  if (typeof at !== 'number' || route === undefined) return undefined;
  return { at, route, tags, text: value.slice(end + 1) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
