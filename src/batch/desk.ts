import { ProviderError } from '../errors.ts';
import type { BatchKind, PreparedCall } from '../types/batch/batch.ts';
import type { BatchDesk, DeferredChannel } from '../types/batch/desk.ts';
import type { CallContext, ProviderBatches } from '../types/provider.ts';
import { type Entry, newEntry, single } from './entry.ts';
import { Interfaces, itemOf, jobOf, nameOf, WaitingIds } from './ids.ts';
import { fits, loadOf, newPile, type Pile, plus, sizeOf } from './pile.ts';
import { Chunk } from './vendor/chunk.ts';
import type { ChunkRecord, ChunkStore, DeskHost } from './vendor/host.ts';

/** A call and its operation. */
interface Asked extends Pick<Pile, 'channel' | 'batches' | 'kind'> {
  readonly call: CallContext;
  readonly item: string | undefined;
}

/** Collects calls and holds the vendors' batches of a router. */
export class Desk implements BatchDesk {
  readonly #host: DeskHost;
  readonly #piles = new Map<string, Pile>();
  readonly #chunks = new Set<Chunk>();
  readonly #stores = new Map<string, ChunkStore>();
  readonly #channels = new Map<string, DeferredChannel>();
  readonly #interfaces = new Interfaces();
  readonly #numbers = new Map<string | undefined, number>();
  /** Chunks from the store, until their target is known. */
  #adopted: { readonly record: ChunkRecord; readonly chunk: Chunk; started: boolean }[] = [];
  /** Items of ours and the vendors' items for them. */
  readonly #items = new Map<string, Map<string, Chunk>>();
  /** Requests that wait for their answers. */
  readonly #waiting = new WaitingIds();
  /** Input tokens that a target's queue is known to refuse. */
  readonly #mostTokens = new Map<string, number>();
  /** Until they can be canceled. */
  readonly #lost = new Set<Chunk>();
  readonly #prefix: string;

  constructor(host: DeskHost) {
    this.#host = host;
    this.#prefix = `s${Math.floor(host.random() * 2 ** 48).toString(36)}`;
  }

  chat: BatchDesk['chat'] = (channel, call) =>
    this.#ask(channel, 'chat', call, 0, (batches) => batches.prepareChat(call));

  embed: BatchDesk['embed'] = (channel, call) =>
    this.#ask(channel, 'embed', call, call.values.length, (batches) => batches.prepareEmbed?.(call));

  image: BatchDesk['image'] = (channel, call) =>
    this.#ask(channel, 'image', call, 0, (batches) => batches.prepareImage?.(call));

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

  /** Registers a target's provider before any call, so that adopted batches can be polled. */
  introduce(channel: DeferredChannel): void {
    this.#channels.set(nameOf(channel.target, channel.key), channel);
    this.#startAdopted();
  }

  /** The target of the vendor's batch that has, or will have, the answer to an item. */
  targetOf(item: string): string | undefined {
    // The latest one: earlier ones did not answer.
    const chunks = [...(this.#items.get(item) ?? [])].reverse();
    return chunks.find(([id, chunk]) => chunk.holds(id))?.[1].record.target;
  }

  /** The result of an item is stored. */
  settled(item: string): void {
    for (const [id, chunk] of this.#items.get(item) ?? []) chunk.settled(id);
    this.#items.delete(item);
  }

  /** Submits a batch's collected requests once no more arrive: they reach the collector one after another. */
  flush(job: string): void {
    for (const pile of this.#piles.values()) if (pile.job === job) this.#submitWhenQuiet(pile);
  }

  /** Resolves when the vendors' copies of a batch of ours are deleted. */
  async cleaned(job: string): Promise<void> {
    await Promise.all(this.#own(job).map(({ ended }) => ended));
  }

  chunksOf(job: string): readonly ChunkRecord[] {
    return this.#own(job).map(({ record }) => record);
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
    await Promise.all(this.#own(job).map((chunk) => chunk.cancel()));
  }

  /** Stops work on a batch of ours in this process. */
  leave(job: string): void {
    for (const pile of [...this.#piles.values()]) if (pile.job === job) this.#drop(pile);
    for (const chunk of this.#own(job)) this.#forget(chunk);
    this.done(job);
  }

  /** Drops a batch of ours. */
  done(job: string): void {
    this.#adopted = this.#adopted.filter(({ record }) => jobOf(record.id) !== job);
    this.#stores.delete(job);
    this.#numbers.delete(job);
  }

  /** Stops all work of this process. */
  close(): void {
    for (const chunk of [...this.#chunks, ...this.#lost]) this.#forget(chunk);
    this.#lost.clear();
  }

  #own(job: string): readonly Chunk[] {
    return [...this.#chunks].filter(({ record }) => jobOf(record.id) === job);
  }

  #singleId(): string {
    const number = (this.#numbers.get(undefined) ?? 0) + 1;
    this.#numbers.set(undefined, number);
    return `${this.#prefix}-${number}`;
  }

  async #ask<Result>(
    channel: DeferredChannel,
    kind: BatchKind,
    call: CallContext,
    values: number,
    prepare: (batches: ProviderBatches) => PreparedCall<Result> | undefined,
  ): Promise<Result> {
    const batches = await this.#interfaces.of(channel);
    const prepared = prepare(batches);
    const provider = channel.provider.name;
    if (prepared === undefined) {
      const summary = `the vendor has no ${kind === 'embed' ? 'embeddings' : 'images'} in batches`;
      throw new ProviderError({ kind: 'bad-request', scope: 'deployment', provider, summary });
    }
    this.introduce(channel);
    const deferral = call.deferral ?? single;
    const { item } = deferral;
    const { body } = prepared;
    const id = item === undefined ? this.#singleId() : this.#waiting.idFor(item, body);
    const entry = newEntry(id, body, call, deferral, provider, prepared.read, this.#host.clock);
    const known = item === undefined ? undefined : this.#items.get(item)?.get(id);
    if (known?.record.target === channel.target && known.holds(id)) known.attach(entry);
    else this.#collect(entry, { channel, batches, kind, call, item }, values);
    try {
      return (await entry.promise) as Result;
    } finally {
      this.#waiting.delete(id);
    }
  }

  #collect(entry: Entry, { channel, batches, kind, call, item }: Asked, values: number): void {
    const { clock } = this.#host;
    const { model } = call as { readonly model: string };
    const job = item === undefined ? undefined : jobOf(item);
    const key = [channel.target, channel.key, kind, model, job ?? ''].join('\n');
    const load = loadOf(sizeOf(entry.body), values);
    const mostTokens = this.#mostTokens.get(channel.target) ?? Number.POSITIVE_INFINITY;
    let pile = this.#piles.get(key);
    if (pile !== undefined && !fits(plus(pile.load, load), batches.limits, mostTokens)) {
      this.#submit(pile);
      pile = undefined;
    }
    if (pile === undefined) {
      pile = newPile({ channel, batches, kind, model, job });
      this.#piles.set(key, pile);
    }
    const own = pile;
    own.entries.set(entry.id, entry);
    own.load = plus(own.load, load);
    entry.onLeft = () => {
      own.entries.delete(entry.id);
      if (own.entries.size === 0) this.#drop(own);
    };
    const { window } = call.deferral ?? single;
    if (clock.now() + window < own.dueAt) {
      own.cancelTimer();
      own.dueAt = clock.now() + window;
      own.cancelTimer = clock.after(window, () => this.#submit(own));
    }
    if (own.entries.size >= batches.limits.requests) this.#submit(own);
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

  #drop(pile: Pile): void {
    pile.cancelTimer();
    for (const [key, each] of this.#piles) if (each === pile) this.#piles.delete(key);
  }

  #submit(pile: Pile): void {
    this.#drop(pile);
    const { channel, kind, model, job, entries } = pile;
    this.#begin({ target: channel.target, key: channel.key, kind, model }, job, [...entries.values()]);
  }

  /** Begins a vendor's batch. */
  #begin(
    of: Pick<ChunkRecord, 'target' | 'key' | 'kind' | 'model'>,
    job: string | undefined,
    entries: readonly Entry[],
  ): void {
    if (entries.length === 0) return;
    const number = this.#numbers.get(job ?? 'single') ?? 0;
    this.#numbers.set(job ?? 'single', number + 1);
    const record: ChunkRecord = {
      id: `${job ?? this.#prefix}.${number}`,
      ...of,
      items: entries.map(({ id }) => id),
      submittedAt: this.#host.clock.date(),
      state: 'submitting',
    };
    const chunk = this.#chunk(record, entries, record.items);
    if (job !== undefined) for (const id of record.items) this.#link(itemOf(id), id, chunk);
    void chunk.run();
  }

  #chunk(record: ChunkRecord, entries: readonly Entry[], open: Iterable<string>): Chunk {
    const store = this.#stores.get(jobOf(record.id));
    const chunk: Chunk = new Chunk(record, entries, open, {
      ...this.#host,
      batches: async () => {
        const channel = this.#channels.get(nameOf(record.target, record.key));
        if (channel === undefined) throw new Error(`the target ${record.target} is unknown`);
        return this.#interfaces.of(channel);
      },
      save: async (saved) => store?.save(saved),
      onOver: () => {
        this.#chunks.delete(chunk);
        if (chunk.isLost) this.#lost.add(chunk);
      },
      onCleared: () => this.#lost.delete(chunk),
      onSplit: (rest) => this.#begin(record, store === undefined ? undefined : jobOf(record.id), rest),
      // The vendor's queue accepts fewer tokens than these.
      onFull: (bytes) => this.#mostTokens.set(record.target, loadOf(bytes, 0).tokens / 2),
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
