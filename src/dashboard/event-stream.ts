import type { Clock } from '../types/clock.ts';
import type { Update } from './protocol.ts';
import type { Source } from './source.ts';

/** Milliseconds between two checks for changes, and the number of checks until the slower parts of the page are compared. */
const interval = 250;
const slowly = 4;
/** Milliseconds without an event after which a comment keeps the connection open. */
const heartbeat = 15_000;
/** Milliseconds after which an idle reader is dropped. It resumes from its last event when it reconnects. */
const patience = 30_000;

/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): the changes since the last one. An id
 * names the last change of a request that the reader has, so that it can resume. While a reader is slow, nothing is queued for
 * it: it gets the sum of the changes later.
 *
 * @param lastId the last id that the reader has
 * @param epoch of this process: ids of another one mean nothing
 */
export function updates(
  source: Source,
  clock: Clock,
  epoch: string,
  lastId: string | null,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const known = lastId?.startsWith(`${epoch}-`) === true ? Number(lastId.slice(epoch.length + 1)) : 0;
  const feed = new Feed(source, Number.isSafeInteger(known) && known > 0 ? known : 0);
  let cancel = (): void => {};
  let over = false;
  let lastSent = clock.now();
  let lastRead = clock.now();

  const tick = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const now = clock.now();
    if ((controller.desiredSize ?? 0) > 0) {
      lastRead = now;
      const update = await feed.next();
      if (over) return;
      if (update !== undefined) {
        controller.enqueue(
          encoder.encode(`id: ${epoch}-${feed.change}\ndata: ${JSON.stringify(update)}\n\n`),
        );
        lastSent = now;
      } else if (now - lastSent >= heartbeat) {
        controller.enqueue(encoder.encode(': heartbeat\n\n'));
        lastSent = now;
      }
    } else if (now - lastRead >= patience) {
      over = true;
      controller.error(new Error('the reader is too slow'));
      return;
    }
    cancel = clock.after(interval, () => void run(controller));
  };
  const run = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
      await tick(controller);
    } catch (error) {
      // A ledger that cannot be read: the page shows that the connection is lost, and tries again.
      if (!over) controller.error(error);
      over = true;
    }
  };

  return new ReadableStream<Uint8Array>({
    start: (controller) => void run(controller),
    cancel() {
      over = true;
      cancel();
    },
  });
}

/** The changes for one reader. */
class Feed {
  readonly #source: Source;
  /** The last sent state of each part, as JSON; for targets, of each one. */
  readonly #sent = new Map<string, string>();
  #targets: readonly string[] = [];
  #turn = 0;
  change: number;

  constructor(source: Source, change: number) {
    this.#source = source;
    this.change = change;
  }

  async next(): Promise<Update | undefined> {
    const { change, requests, all } = await this.#source.changes(this.change);
    this.change = change;
    const isDue = this.#turn++ % slowly === 0;
    const update: Update = {
      ...(isDue ? await this.#parts() : {}),
      ...(requests.length > 0 ? { requests } : {}),
      ...(requests.length > 0 && all ? { all: true } : {}),
    };
    return Object.keys(update).length === 0 ? undefined : update;
  }

  async #parts(): Promise<Update> {
    const live = await this.#source.live();
    const targets = live.targets.filter((target) => this.#isNew(`target ${target.id}`, target));
    const present = new Set(live.targets.map(({ id }) => id));
    const gone = this.#targets.filter((id) => !present.has(id));
    for (const id of gone) this.#sent.delete(`target ${id}`);
    this.#targets = [...present];
    const parts = Object.entries(live).filter(
      ([name, part]) => name !== 'targets' && this.#isNew(name, part),
    );
    return {
      ...Object.fromEntries(parts),
      ...(targets.length > 0 ? { targets } : {}),
      ...(gone.length > 0 ? { gone } : {}),
    };
  }

  #isNew(name: string, part: unknown): boolean {
    const text = JSON.stringify(part);
    if (this.#sent.get(name) === text) return false;
    this.#sent.set(name, text);
    return true;
  }
}
