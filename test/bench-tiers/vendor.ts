import {
  type BatchItem,
  type Clock,
  type Price,
  type Provider,
  type ProviderBatches,
  type ProviderCall,
  ProviderError,
  type ProviderResult,
} from 'signalbox';
import type { TracedRequest } from '../../src/simulator/trace.ts';
import { chance } from '../bench-routing/chance.ts';
import { type BatchWorld, expiresAfter, type FlexWorld, refusal, standard, stateAt } from './laws.ts';

/** What a draw of chance is for. */
const draws = { firstToken: 1, slowness: 2, queue: 3, refused: 4, batch: 5 } as const;

export type Tier = 'standard' | 'flex' | 'batch';

/** A call that the vendor bills. */
export interface Billed {
  readonly number: number;
  readonly tier: Tier;
  /** US$. */
  readonly cost: number;
}

/** A simulated vendor, and its bill. */
export interface Vendor {
  readonly provider: Provider;
  /** Everything that it bills, once all is over. */
  bill(): readonly Billed[];
}

export interface VendorOptions {
  readonly name: string;
  /** The standard tier's. */
  readonly price: Price;
  readonly requests: readonly TracedRequest[];
  readonly flex: FlexWorld;
  readonly batch: BatchWorld;
  readonly seed: number;
  readonly clock: Clock;
}

/** Of the standard price: see `vendor-terms.ts` for the pages. Written again here, so that the router’s own factors are checked. */
const factors: Readonly<Record<Tier, number>> = { standard: 1, flex: 0.5, batch: 0.5 };
const limits = { requests: 50_000, bytes: 200_000_000 };

/** A batch at the vendor. */
interface Submitted {
  readonly id: string;
  /** The router's id of it. */
  readonly plan: string;
  readonly items: readonly BatchItem[];
  readonly at: number;
  readonly duration: number;
  canceledAt: number;
}

/**
 * A vendor with the tiers `standard`, `flex` and `batch`, as OpenAI documents them, in virtual time. What it does with a request depends
 * on the seed, the request and the tier only, so that runs can be compared. A call that the router leaves is billed in full, because no
 * vendor documents that it is not; so are the requests of a canceled batch that were done by then.
 */
export function openVendor({ name, price, requests, flex, batch, seed, clock }: VendorOptions): Vendor {
  const billed: Billed[] = [];
  const batches: Submitted[] = [];
  const draw = (number: number, what: number): number => chance(seed, number, what);
  const charge = (number: number, tier: Tier): void => {
    const { inputTokens = 0, outputTokens = 0 } = requests[number] ?? {};
    const cost = (inputTokens * price.input + outputTokens * (price.output ?? 0)) / 1_000_000;
    billed.push({ number, tier, cost: factors[tier] * cost });
  };
  const usualTime = (number: number): number => {
    const { outputTokens = 0 } = requests[number] ?? {};
    const first = standard.firstToken(draw(number, draws.firstToken));
    return first + (1_000 * outputTokens) / standard.tokensPerSecond;
  };
  const answer = (number: number, serviceTier: Tier): ProviderResult => {
    const { inputTokens = 0, outputTokens = 0 } = requests[number] ?? {};
    return {
      content: [{ type: 'text', text: 'ok' }],
      finishReason: 'stop',
      usage: { inputTokens, outputTokens },
      response: { headers: {}, serviceTier },
      warnings: [],
      raw: undefined,
    };
  };

  const chat = async (call: ProviderCall): Promise<ProviderResult> => {
    const number = numberOf(call);
    const tier = call.providerOptions?.[name]?.['service_tier'] === 'flex' ? 'flex' : 'standard';
    let time = usualTime(number);
    if (tier === 'flex') {
      const state = stateAt(flex, clock.now());
      if (draw(number, draws.refused) < state.refused) {
        await pass(clock, refusal, call.signal, name);
        throw new ProviderError({
          kind: 'overloaded',
          provider: name,
          status: 429,
          code: 'resource_unavailable',
        });
      }
      time = state.queue(draw(number, draws.queue)) + time * state.slowness(draw(number, draws.slowness));
    }
    charge(number, tier);
    await pass(clock, time, call.signal, name);
    return answer(number, tier);
  };

  /** When the requests of a batch are done: one after another, the last one at the end. */
  const doneAt = ({ at, duration, items }: Submitted, index: number): number =>
    at + (duration * (index + 1)) / items.length;
  const endOf = ({ at, duration, canceledAt }: Submitted): number =>
    Math.min(at + Math.min(duration, expiresAfter), canceledAt);
  const find = (id: string): Submitted => {
    const found = batches.find((each) => each.id === id);
    if (found === undefined) throw new ProviderError({ kind: 'not-found', provider: name, status: 404 });
    return found;
  };
  const vendorBatches: ProviderBatches = {
    limits,
    prepareChat: (call) => ({
      body: JSON.stringify({ number: numberOf(call) }),
      warnings: [],
      read: (body) => answer((body as { readonly number: number }).number, 'batch'),
    }),
    async submit({ id: plan, items }) {
      const id = `batch-${batches.length}`;
      const duration = batch.duration(chance(seed, batches.length, draws.batch));
      batches.push({ id, plan, items, at: clock.now(), duration, canceledAt: Number.POSITIVE_INFINITY });
      return id;
    },
    find: async ({ id }) => batches.find(({ plan }) => plan === id)?.id,
    status: async (id) => ({ state: clock.now() >= endOf(find(id)) ? 'ended' : 'pending' }),
    async *results(id) {
      const found = find(id);
      for (const [index, item] of found.items.entries()) {
        if (doneAt(found, index) <= endOf(found)) yield { id: item.id, body: JSON.parse(item.body) };
        else yield { id: item.id, error: notRun(name) };
      }
    },
    async cancel(id) {
      const found = find(id);
      found.canceledAt = Math.min(found.canceledAt, clock.now());
    },
    async remove() {},
  };

  return {
    provider: {
      name,
      chat,
      stream() {
        throw new Error('the trace is of chats');
      },
      tiers: { flex: { [name]: { service_tier: 'flex' } } },
      servedAs: (options) => (options[name]?.['service_tier'] === 'flex' ? { serviceTier: 'flex' } : {}),
      batches: async () => vendorBatches,
    },
    bill() {
      for (const each of batches.splice(0))
        for (const [index, { body }] of each.items.entries())
          if (doneAt(each, index) <= endOf(each))
            charge((JSON.parse(body) as { readonly number: number }).number, 'batch');
      return billed;
    },
  };
}

/** The request's number is all that its prompt says. */
function numberOf({ messages }: ProviderCall): number {
  return Number(messages.at(-1)?.content);
}

function notRun(provider: string): ProviderError {
  return new ProviderError({ kind: 'server', scope: 'request', provider, code: 'batch_not_run' });
}

/** Ends after some time, or when the router leaves. */
function pass(clock: Clock, ms: number, signal: AbortSignal, provider: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      cancel();
      reject(new ProviderError({ kind: 'aborted', provider }));
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', leave);
      resolve();
    });
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  });
}
