import { isRouterError, type Provider, type ProviderCall, type ProviderOptions } from 'signalbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchAnswer, BatchPlan, BatchTrace } from '../../src/types/batch/batch.ts';
import type { ProviderBatches } from '../../src/types/provider.ts';
import type { Behavior, MockVendor } from './vendors/vendor.ts';

/** A provider with batches and a mock of its vendor. */
export interface BatchFixture {
  readonly name: string;
  readonly model: string;
  serve(changes?: Partial<Behavior>): Promise<MockVendor>;
  create(url: string): Provider;
  /** The model of embeddings, where they can be in a batch. */
  readonly embeds?: string;
  /** The model of images, where they can be in a batch. */
  readonly draws?: string;
  /** Whether a batch can be canceled. @default true */
  readonly cancels?: boolean;
  /** Vendor's options of each chat. @default none */
  readonly providerOptions?: ProviderOptions;
  /** The request that creates a batch. @default `POST …batches` */
  readonly creates?: RegExp;
  /** Whether a batch can fail as a whole. @default true */
  readonly failsWhole?: boolean;
}

/** All that an iteration yields. */
export async function collect<T>(iterable: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const each of iterable) all.push(each);
  return all;
}

const call = { signal: new AbortController().signal };

/** What every provider with batches does: each step once, with the vendor's documented states and faults. */
export function describeBatches(fixture: BatchFixture): void {
  const { name, model, serve, create, embeds, draws, cancels = true, failsWhole = true } = fixture;
  const { creates = /^POST .*batches$/, providerOptions } = fixture;
  describe(`batches of ${name}`, () => {
    let vendor: MockVendor;
    let batches: ProviderBatches;

    beforeEach(async () => {
      vendor = await serve();
      const loaded = await create(vendor.url).batches?.();
      if (loaded === undefined) throw new Error('no batches');
      batches = loaded;
    });
    afterEach(() => vendor.close());

    const chatOf = (text: string): ProviderCall => ({
      model,
      messages: [{ role: 'user', content: text }],
      ...(providerOptions && { providerOptions }),
      ...call,
    });
    const planOf = (...texts: readonly string[]): BatchPlan => ({
      id: 'own-1',
      kind: 'chat',
      model,
      items: texts.map((text, index) => ({
        id: `item-${index}`,
        body: batches.prepareChat(chatOf(text)).body,
      })),
    });
    const traceOf = ({ items, ...plan }: BatchPlan): BatchTrace => ({
      ...plan,
      items: items.map(({ id }) => id),
      submittedAt: Date.now(),
    });
    const ended = async (plan: BatchPlan): Promise<readonly BatchAnswer[]> => {
      const id = await batches.submit(plan, call);
      while ((await batches.status(id, call)).state === 'pending') {
        // The mock ends a batch after a number of these.
      }
      return collect(batches.results(id, traceOf(plan), call));
    };
    const of = (answers: readonly BatchAnswer[], id: string) => {
      const found = answers.filter((answer) => answer.id === id);
      expect(found).toHaveLength(1);
      return found[0];
    };

    it('answers each request under its own id, in any order', async () => {
      const answers = await ended(planOf('red', 'green', 'blue'));
      for (const [index, text] of ['red', 'green', 'blue'].entries()) {
        const prepared = batches.prepareChat(chatOf(text));
        const result = prepared.read(of(answers, `item-${index}`)?.body);
        expect(result.content).toMatchObject([{ type: 'text', text: expect.stringContaining(text) }]);
        expect(result.usage).toMatchObject({ inputTokens: 100, outputTokens: 10 });
        expect(result.response.serviceTier).toBe('batch');
      }
    });

    it('is pending until the vendor has ended the batch', async () => {
      vendor.behavior.polls = 3;
      const id = await batches.submit(planOf('red'), call);
      const states = [];
      for (let poll = 0; poll < 3; poll++) states.push((await batches.status(id, call)).state);
      expect(states).toEqual(['pending', 'pending', 'ended']);
    });

    it('reports a refused request as its own failure, which another target may mend', async () => {
      vendor.behavior.fate = ({ customId }) => (customId === 'item-1' ? 'refused' : 'answered');
      const answers = await ended(planOf('red', 'green'));
      expect(of(answers, 'item-0')?.error).toBeUndefined();
      expect(of(answers, 'item-1')?.error).toMatchObject({ kind: 'bad-request', scope: 'deployment' });
    });

    it.each(['expired', 'missing'] as const)(
      'reports a request that is %s as not run, and not as a failure of the target',
      async (fate) => {
        vendor.behavior.fate = ({ customId }) => (customId === 'item-0' ? fate : 'answered');
        const answers = await ended(planOf('red', 'green'));
        expect(of(answers, 'item-0')?.error).toMatchObject({ vendorCode: 'batch_not_run', scope: 'request' });
        expect(of(answers, 'item-1')?.body).toBeDefined();
      },
    );

    it.skipIf(!cancels)(
      'reports every request of a canceled batch, and reads those that were done',
      async () => {
        vendor.behavior.polls = 9;
        vendor.behavior.late = ({ customId }) => customId === 'item-1';
        const plan = planOf('red', 'green');
        const id = await batches.submit(plan, call);
        expect((await batches.status(id, call)).state).toBe('pending');
        await batches.cancel(id, call);
        expect((await batches.status(id, call)).state).toBe('ended');
        const answers = await collect(batches.results(id, traceOf(plan), call));
        expect(of(answers, 'item-0')?.error).toMatchObject({ vendorCode: 'batch_not_run', scope: 'request' });
        expect(of(answers, 'item-1')?.body).toBeDefined();
      },
    );

    it.skipIf(cancels)(
      'goes on when it is canceled, because the vendor documents nothing for that',
      async () => {
        vendor.behavior.polls = 2;
        const plan = planOf('red');
        const id = await batches.submit(plan, call);
        await batches.cancel(id, call);
        expect((await batches.status(id, call)).state).toBe('pending');
        expect((await batches.status(id, call)).state).toBe('ended');
        expect(await collect(batches.results(id, traceOf(plan), call))).toMatchObject([{ id: 'item-0' }]);
      },
    );

    it.skipIf(!failsWhole)('reports every request of a batch that failed as a whole', async () => {
      vendor.behavior.failWhole = () => ({ code: 'invalid_model' });
      const answers = await ended(planOf('red', 'green'));
      expect(answers.map((answer) => answer.id).sort()).toEqual(['item-0', 'item-1']);
      for (const { body, error } of answers) {
        expect(body).toBeUndefined();
        expect(isRouterError(error, 'provider')).toBe(true);
      }
      expect(vendor.billed).toEqual([]);
    });

    it('finds a batch whose submission was cut off, and only that one', async () => {
      await batches.submit(
        { ...planOf('other'), id: 'own-0', items: [{ id: 'x', body: planOf('other').items[0]?.body ?? '' }] },
        call,
      );
      vendor.behavior.cut = (route) => creates.test(route);
      const plan = planOf('red', 'green');
      const trace = traceOf(plan);
      await expect(batches.submit(plan, call)).rejects.toMatchObject({ kind: 'network' });
      vendor.behavior.cut = () => false;
      let found = await batches.find(trace, call);
      const [, lost] = vendor.batches;
      while (found === 'unclear' && lost !== undefined) {
        await batches.status(lost.id, call);
        found = await batches.find(trace, call);
      }
      expect(found).toBe(lost?.id);
      expect(
        await batches.find({ ...trace, id: 'own-9', items: ['none-of-them', 'nor-this'] }, call),
      ).toBeUndefined();
    });

    it('reads the results again, as after a crash in the middle', async () => {
      const plan = planOf('red', 'green', 'blue');
      const id = await batches.submit(plan, call);
      await batches.status(id, call);
      for await (const first of batches.results(id, traceOf(plan), call)) {
        expect(first.body).toBeDefined();
        break;
      }
      expect(await collect(batches.results(id, traceOf(plan), call))).toHaveLength(3);
    });

    it.each([
      [429, 'rate-limit'],
      [503, 'overloaded'],
      [500, 'server'],
    ] as const)('classifies a %i on polling like any other', async (status, kind) => {
      const id = await batches.submit(planOf('red'), call);
      vendor.behavior.fail = (route) => (route.startsWith('GET') ? status : undefined);
      await expect(batches.status(id, call)).rejects.toMatchObject({ kind, status });
      vendor.behavior.fail = () => undefined;
      expect((await batches.status(id, call)).state).toBe('ended');
    });

    it('deletes what the vendor stores', async () => {
      const plan = planOf('red', 'green');
      vendor.behavior.fate = ({ customId }) => (customId === 'item-0' ? 'refused' : 'answered');
      const id = await batches.submit(plan, call);
      await batches.status(id, call);
      await collect(batches.results(id, traceOf(plan), call));
      await batches.remove(id, call);
      expect([...vendor.files.keys()]).toEqual([]);
      expect(vendor.batches.map(({ removed }) => removed)).toEqual([true]);
    });

    it('stops when its signal aborts', async () => {
      const abort = new AbortController();
      abort.abort();
      const error = await batches
        .submit(planOf('red'), { signal: abort.signal })
        .catch((thrown: unknown) => thrown);
      expect(isRouterError(error, 'provider') && error.kind).toBe('aborted');
      expect(vendor.calls).toEqual([]);
    });

    it.skipIf(embeds === undefined)('embeds', async () => {
      const values = ['a', 'bcd'];
      const prepared = batches.prepareEmbed?.({ model: embeds ?? '', values, ...call });
      if (prepared === undefined) throw new Error('no embeddings');
      const items = [{ id: 'item-0', body: prepared.body }];
      const plan: BatchPlan = { id: 'own-2', kind: 'embed', model: embeds ?? '', items };
      const { embeddings, usage, response } = prepared.read(of(await ended(plan), 'item-0')?.body);
      expect(embeddings.map(([length]) => length)).toEqual([1, 3]);
      expect(usage.inputTokens).toBe(100);
      expect(response.serviceTier).toBe('batch');
    });

    it.skipIf(draws === undefined)('draws', async () => {
      const prepared = batches.prepareImage?.({ model: draws ?? '', prompt: 'a fox', n: 1, ...call });
      if (prepared === undefined) throw new Error('no images');
      const items = [{ id: 'item-0', body: prepared.body }];
      const plan: BatchPlan = { id: 'own-3', kind: 'image', model: draws ?? '', items };
      const { images, response } = prepared.read(of(await ended(plan), 'item-0')?.body);
      expect(images).toMatchObject([{ mediaType: 'image/png' }]);
      expect(response.serviceTier).toBe('batch');
    });

    it('has only what the vendor documents', () => {
      expect(batches.prepareEmbed !== undefined).toBe(embeds !== undefined);
      expect(batches.prepareImage !== undefined).toBe(draws !== undefined);
    });
  });
}
