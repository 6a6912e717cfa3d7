import { createRouter, isRouterError, type UsageEvent } from '../../src/index.ts';
import { limits } from '../../src/plugins/budgets/index.ts';
import { openaiCompatible } from '../../src/providers/openai-compatible/index.ts';
import { seededRandom } from '../../src/testing/index.ts';
import { billingVendor, price } from './vendor.ts';

/** What the vendor billed, and what was booked. */
export interface Settled {
  readonly requests: number;
  readonly attempts: number;
  /** US$ of the answers whose usage the vendor sent, by the vendor's books. */
  readonly billed: number;
  /** US$ of the same answers, as booked. */
  readonly settled: number;
  /** US$ of all attempts by their events, and in the limit. */
  readonly byEvents: number;
  readonly inLimit: number;
  /** Attempts that were cut off or abandoned: the vendor has not counted them. */
  readonly uncounted: number;
  /** Answers of which the two books differ. */
  readonly mismatches: number;
}

/** Many requests with failovers, hedges, aborts and broken streams, against a vendor that counts. */
export async function settle(requests: number): Promise<Settled> {
  const vendors = await Promise.all([
    billingVendor({ seed: 1, delay: [0, 3], failing: 0.1, cutting: 0.1 }),
    billingVendor({ seed: 2, delay: [0, 3] }),
  ]);
  const plugin = limits([{ usd: 1e6, per: 'month' }]);
  const router = createRouter({
    targets: vendors.map(({ url }, index) => ({
      provider: openaiCompatible({ name: `vendor-${index}`, baseURL: url, apiKey: 'none' }),
      model: 'm',
      id: String(index),
      price,
    })),
    plugins: [plugin],
    interrupted: 'restart',
    breaker: false,
    hedge: { delay: 2, ratio: 0.3 },
  });
  const usages: UsageEvent[] = [];
  let attempts = 0;
  router.on('usage', (event) => usages.push(event));
  const counted = new Map<string, number>();
  router.on('attempt-end', ({ target, billed, cost, response }) => {
    attempts += 1;
    if (billed === 'yes' && response?.id !== undefined && cost !== undefined && !cost.estimated)
      counted.set(`${target} ${response.id}`, Math.round(cost.total * 1e9));
  });

  const random = seededRandom(3);
  let left = requests;
  const call = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const abort = new AbortController();
      const request = { prompt: 'x'.repeat(1 + Math.floor(random() * 200)), maxOutputTokens: 50 };
      const [isStream, isAborted] = [random() < 0.5, random() < 0.1];
      if (isAborted) setTimeout(() => abort.abort(), random() * 4);
      try {
        if (isStream) for await (const _ of await router.stream(request, { signal: abort.signal }));
        else await router.chat(request, { signal: abort.signal });
      } catch (error) {
        // Some break off with nothing left to try: what they cost counts all the same.
        if (!isRouterError(error) && !abort.signal.aborted) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: 16 }, call));
  await router.close();

  let [billed, settled, mismatches] = [0, 0, 0];
  for (const [id, booked] of counted) {
    const [target = '', answer = ''] = id.split(' ');
    const bill = vendors[Number(target)]?.bills.get(answer) ?? 0;
    billed += bill;
    settled += booked;
    if (bill !== booked) mismatches += 1;
  }
  await Promise.all(vendors.map((vendor) => vendor.close()));
  const byEvents = usages.reduce((sum, { cost }) => sum + Math.round((cost?.total ?? 0) * 1e9), 0) / 1e9;
  return {
    requests,
    attempts,
    billed: billed / 1e9,
    settled: settled / 1e9,
    byEvents,
    inLimit: plugin.methods.budgets()[0]?.used ?? 0,
    uncounted: usages.filter(({ billed: counts }) => counts === 'unknown').length,
    mismatches,
  };
}
