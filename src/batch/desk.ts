import { ProviderError } from '../errors.ts';
import type { BatchKind, Deferral, PreparedCall } from '../types/batch/batch.ts';
import type { BatchDesk, DeferredChannel } from '../types/batch/desk.ts';
import type { Clock } from '../types/clock.ts';
import type { CallContext, ProviderBatches, ProviderEmbeddings, ProviderResult } from '../types/provider.ts';
import { fingerprint } from '../util/fingerprint.ts';
import { Chunk, type ChunkRecord } from './chunk.ts';
import { type Entry, newEntry } from './entry.ts';
import { itemOf, jobOf, loaded, nameOf, type Pile } from './pile.ts';

/** Stores the records of one batch's chunks. */
export interface ChunkStore {
  save(record: ChunkRecord): Promise<void>;
}

export interface DeskHost {
  readonly clock: Clock;
  readonly random: () => number;
  report(error: unknown): void;
}

/** Bytes that a line of a vendor's file has beside the body. */
const lineOverhead = 200;
/** Most bytes of one batch: more would be held in memory at once. */
const mostBytes = 64_000_000;

/** Collects calls and holds the vendors' batches of a router. */
export class Desk implements BatchDesk {
  readonly #host: DeskHost;
  readonly #piles = new Map<string, Pile>();
  readonly #chunks = new Set<Chunk>();
  readonly #stores = new Map<string, ChunkStore>();
  readonly #channels = new Map<string, DeferredChannel>();
  readonly #numbers = new Map<string | undefined, number>();
  /** Chunks from the store, until their target is known. */
  #adopted: { readonly record: ChunkRecord; readonly chunk: Chunk; started: boolean }[] = [];
  /** Items of ours and the vendors' items for them. */
  readonly #items = new Map<string, Map<string, Chunk>>();
  readonly #prefix: string;

  constructor(host: DeskHost) {
    this.#host = host;
    this.#prefix = `s${Math.floor(host.random() * 2 ** 48).toString(36)}`;
  }

  async chat(channel: DeferredChannel, call: Parameters<BatchDesk['chat']>[1]): Promise<ProviderResult> {
    const batches = await loaded(channel);
    return this.#enqueue(channel, batches, 'chat', call, batches.prepareChat(call));
  }

  async embed(
    channel: DeferredChannel,
    call: Parameters<BatchDesk['embed']>[1],
  ): Promise<ProviderEmbeddings> {
    const batches = await loaded(channel);
    const prepared = batches.prepareEmbed?.(call);
    if (prepared !== undefined) return this.#enqueue(channel, batches, 'embed', call, prepared);
    const summary = 'the vendor has no embeddings in batches';
    throw new ProviderError({
      kind: 'bad-request',
      scope: 'deployment',
      provider: channel.provider.name,
      summary,
    });
  }

  /** Begins to keep the records of a batch of ours. */
  open(job: string, store: ChunkStore, nextNumber = 0): void {
    this.#stores.set(job, store);
    this.#numbers.set(job, nextNumber);
  }

  /**
   * Takes over a vendor's batch from the store.
   *
   * @param open its items that have no stored result
   */
  adopt(record: ChunkRecord, open: readonly string[]): void {
    const chunk = this.#chunk(record, [], open);
    this.#adopted.push({ record, chunk, started: false });
    for (const id of open) this.#link(itemOf(id), id, chunk);
    this.#startAdopted();
  }

  /** Knows a target's provider before any call, so that adopted batches can be polled. */
  introduce(channel: DeferredChannel): void {
    this.#channels.set(nameOf(channel.target, channel.key), channel);
    this.#startAdopted();
  }

  /** The target of the vendor's batch that has, or will have, the answer to an item. */
  targetOf(item: string): string | undefined {
    for (const [id, chunk] of this.#items.get(item) ?? []) if (chunk.holds(id)) return chunk.record.target;
    return undefined;
  }

  /** The result of an item is stored. */
  settled(item: string): void {
    for (const [id, chunk] of this.#items.get(item) ?? []) chunk.settled(id);
    this.#items.delete(item);
  }

  /** Submits what a batch of ours has collected, as soon as no more arrives: requests reach the collector one after another. */
  flush(job: string): void {
    for (const pile of this.#piles.values()) if (pile.job === job) this.#submitWhenQuiet(pile);
  }

  /** Resolves when the vendors' copies of a batch of ours are deleted. */
  async cleaned(job: string): Promise<void> {
    const own = [...this.#chunks].filter(({ record }) => jobOf(record.id) === job);
    await Promise.all(own.map(({ ended }) => ended));
  }

  chunksOf(job: string): readonly ChunkRecord[] {
    return [...this.#chunks].filter(({ record }) => jobOf(record.id) === job).map(({ record }) => record);
  }

  /** Cancels the vendors' batches of a batch of ours. Calls that were not submitted fail. */
  async cancel(job: string): Promise<void> {
    for (const pile of [...this.#piles.values()]) {
      if (pile.job !== job) continue;
      this.#drop(pile);
      for (const entry of pile.entries.values()) {
        const error = new ProviderError({
          kind: 'aborted',
          provider: pile.channel.provider.name,
          summary: 'the batch was canceled',
        });
        entry.settle({ id: entry.id, error });
      }
    }
    await Promise.all(
      [...this.#chunks].filter(({ record }) => jobOf(record.id) === job).map((chunk) => chunk.cancel()),
    );
  }

  /** Stops work on a batch of ours in this process. */
  leave(job: string): void {
    for (const pile of [...this.#piles.values()]) if (pile.job === job) this.#drop(pile);
    for (const chunk of [...this.#chunks]) if (jobOf(chunk.record.id) === job) this.#forget(chunk);
    this.#adopted = this.#adopted.filter(({ record }) => jobOf(record.id) !== job);
    this.#stores.delete(job);
    this.#numbers.delete(job);
  }

  #enqueue<Result>(
    channel: DeferredChannel,
    batches: ProviderBatches,
    kind: BatchKind,
    call: CallContext,
    prepared: PreparedCall<Result>,
  ): Promise<Result> {
    this.introduce(channel);
    const { clock } = this.#host;
    const deferral = call.deferral ?? single;
    const { item, window } = deferral;
    const print = fingerprint(prepared.body) + fingerprint(prepared.body, 1);
    const number = (this.#numbers.get(undefined) ?? 0) + 1;
    if (item === undefined) this.#numbers.set(undefined, number);
    const id = item === undefined ? `${this.#prefix}-${number}` : `${item}-${print}`;
    const entry = newEntry(id, prepared.body, call, deferral, channel.provider.name, prepared.read, clock);
    const waited = entry.promise as Promise<Result>;
    const known = item === undefined ? undefined : this.#items.get(item)?.get(id);
    if (known?.record.target === channel.target && known.holds(id)) {
      known.attach(entry);
      return waited;
    }
    const job = item === undefined ? undefined : jobOf(item);
    const key = [channel.target, channel.key, kind, call.model, job ?? ''].join('\n');
    const pile = this.#piles.get(key) ?? this.#pile(key, { channel, batches, kind, model: call.model, job });
    const size = encoder.encode(prepared.body).length + lineOverhead;
    const { requests, bytes } = batches.limits;
    if (pile.entries.size > 0 && pile.bytes + size > Math.min(bytes, mostBytes)) {
      this.#submit(pile);
      return this.#add(this.#pile(key, pile), entry, size, window, requests) as Promise<Result>;
    }
    return this.#add(pile, entry, size, window, requests) as Promise<Result>;
  }

  #add(pile: Pile, entry: Entry, size: number, window: number, most: number): Promise<unknown> {
    pile.entries.set(entry.id, entry);
    pile.bytes += size;
    entry.onLeft = () => {
      pile.entries.delete(entry.id);
      if (pile.entries.size === 0) this.#drop(pile);
    };
    const dueAt = this.#host.clock.now() + window;
    if (dueAt < pile.dueAt) {
      pile.cancelTimer();
      pile.dueAt = dueAt;
      pile.cancelTimer = this.#host.clock.after(window, () => this.#submit(pile));
    }
    if (pile.entries.size >= most) this.#submit(pile);
    return entry.promise;
  }

  #submitWhenQuiet(pile: Pile): void {
    const { size } = pile.entries;
    pile.cancelTimer();
    pile.dueAt = Number.NEGATIVE_INFINITY;
    pile.cancelTimer = this.#host.clock.after(quiet, () => {
      if (pile.entries.size > size) this.#submitWhenQuiet(pile);
      else this.#submit(pile);
    });
  }

  #pile(
    key: string,
    { channel, batches, kind, model, job }: Omit<Pile, 'entries' | 'bytes' | 'dueAt' | 'cancelTimer'>,
  ): Pile {
    const pile: Pile = {
      channel,
      batches,
      kind,
      model,
      job,
      entries: new Map(),
      bytes: 0,
      dueAt: Number.POSITIVE_INFINITY,
      cancelTimer: () => {},
    };
    this.#piles.set(key, pile);
    return pile;
  }

  #drop(pile: Pile): void {
    pile.cancelTimer();
    for (const [key, each] of this.#piles) if (each === pile) this.#piles.delete(key);
  }

  #submit(pile: Pile): void {
    this.#drop(pile);
    const { channel, kind, model, job, entries } = pile;
    if (entries.size === 0) return;
    const number = this.#numbers.get(job ?? 'single') ?? 0;
    this.#numbers.set(job ?? 'single', number + 1);
    const record: ChunkRecord = {
      id: `${job ?? this.#prefix}.${number}`,
      target: channel.target,
      key: channel.key,
      kind,
      model,
      items: [...entries.keys()],
      submittedAt: this.#host.clock.date(),
      state: 'submitting',
    };
    const chunk = this.#chunk(record, [...entries.values()], entries.keys());
    if (job !== undefined) for (const id of entries.keys()) this.#link(itemOf(id), id, chunk);
    void chunk.run();
  }

  #chunk(record: ChunkRecord, entries: readonly Entry[], open: Iterable<string>): Chunk {
    const store = this.#stores.get(jobOf(record.id));
    const chunk = new Chunk(record, entries, open, {
      ...this.#host,
      batches: async () => {
        const channel = this.#channels.get(nameOf(record.target, record.key));
        if (channel === undefined) throw new Error(`the target ${record.target} is not known`);
        return loaded(channel);
      },
      save: async (saved) => store?.save(saved),
      onOver: (over) => this.#chunks.delete(over),
    });
    this.#chunks.add(chunk);
    return chunk;
  }

  #link(item: string, id: string, chunk: Chunk): void {
    const ids = this.#items.get(item) ?? new Map<string, Chunk>();
    ids.set(id, chunk);
    this.#items.set(item, ids);
  }

  #startAdopted(): void {
    for (const adopted of this.#adopted) {
      const { target, key } = adopted.record;
      if (adopted.started || !this.#channels.has(nameOf(target, key))) continue;
      adopted.started = true;
      void adopted.chunk.run();
    }
  }

  #forget(chunk: Chunk): void {
    chunk.leave();
    this.#chunks.delete(chunk);
    for (const id of chunk.record.items) this.#items.delete(itemOf(id));
  }
}

/** Milliseconds without a further request after which no more is expected. */
const quiet = 1_000;
const encoder = new TextEncoder();
const single: Deferral = { window: 0, deadline: Number.POSITIVE_INFINITY, item: undefined };
