import { calcPrice, findProvider, waitForUpdate } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pricesModule } from '../../scripts/prices.ts';
import { catalogIds, loadCatalog, toPrice } from '../../src/pricing/catalog.ts';
import { latestPrices, priceTexts } from '../../src/pricing/price-data.ts';
import {
  type ListedModel,
  type ListedPrice,
  type ListedProvider,
  type ListedRates,
  type Match,
  PriceList,
  ratesOf,
  secondsOf,
} from '../../src/pricing/price-list.ts';
import type { Price } from '../../src/types/options/price.ts';

const providers: readonly ListedProvider[] = (await waitForUpdate()) ?? [];
const catalog = await loadCatalog();

type Known = readonly [price: Price | undefined, contextLength: number | undefined];

/** What the package says, by its own rules. */
function packageKnows(provider: string, model: string, date: number): Known {
  const providerId = catalogIds[provider] ?? provider;
  try {
    if (findProvider({ providerId })?.id !== providerId) return [undefined, undefined];
    const found = calcPrice({ input_tokens: 0 }, model, { providerId, timestamp: new Date(date) });
    if (found === null) return [undefined, undefined];
    return [toPrice(provider, model, found.model_price as ListedRates), found.model.context_window];
  } catch {
    return [undefined, undefined]; // it throws for models that it cannot price
  }
}

function weKnow(provider: string, model: string, date: number): Known {
  return [catalog.price(provider, model, date), catalog.contextLength?.(provider, model)];
}

/** The words of a rule. */
function wordsOf(match: Match): readonly string[] {
  if ('or' in match) return match.or.flatMap(wordsOf);
  if ('and' in match) return match.and.flatMap(wordsOf);
  return Object.values<string>(match);
}

const ids = [...providers.map(({ id }) => id), ...Object.keys(catalogIds)];
const names = [
  ...new Set(providers.flatMap(({ models }) => models.flatMap(({ id, match }) => [id, ...wordsOf(match)]))),
];
/** Starts of prices, days before and after them, and hours of the day. */
const dates = ['2024-01-01', '2025-06-10T17:00:00Z', '2026-08-31T23:59:59Z', '2026-11-01T00:30:00Z'].map(
  Date.parse,
);

const [date = 0] = dates.slice(-1);

describe('the price list', () => {
  it('has the same price and context length as the package, for every name that it knows', () => {
    let priced = 0;
    for (const provider of providers)
      for (const name of provider.models.flatMap(({ id, match }) => [id, ...wordsOf(match)]))
        for (const at of dates) {
          const expected = packageKnows(provider.id, name, at);
          expect([provider.id, name, weKnow(provider.id, name, at)]).toEqual([provider.id, name, expected]);
          priced += Number(expected[0] !== undefined);
        }
    expect(priced).toBeGreaterThan(3_000);
  });

  it('finds the same models as the package for any name, of any provider and date', () => {
    const name = fc
      .tuple(
        fc.constantFrom('', ' ', 'openai/', 'models/'),
        fc.constantFrom(...names),
        fc.constantFrom('', '-latest', '-20250805', '-2025-08-05', '-20250230', ':free', '-20250805:free'),
      )
      .map((parts) => parts.join(''));
    const cased = fc
      .tuple(name, fc.boolean())
      .map(([text, isUpper]) => (isUpper ? text.toUpperCase() : text));
    const moment = fc.integer({ min: Date.UTC(2023, 0), max: Date.UTC(2027, 0) });
    fc.assert(
      fc.property(fc.constantFrom(...ids, 'litellm', 'OpenAI', ''), cased, moment, (id, model, at) => {
        expect(weKnow(id, model, at)).toEqual(packageKnows(id, model, at));
      }),
      { numRuns: 3_000 },
    );
  });

  it('finds models whose date is written without dashes', () => {
    const match = { equals: 'm-2025-08-05' };
    const list = new PriceList([['a', { id: 'a', models: [{ id: 'm', match, prices: {} }] }]]);
    expect(list.find('a', 'M-20250805')?.id).toBe('m');
    expect(list.find('a', 'm-20250806')).toBeUndefined();
    const dated = names.filter((name) => /-\d{4}-\d{2}-\d{2}/.test(name));
    expect(dated.length).toBeGreaterThan(20);
    for (const name of dated) {
      const compact = name.replace(/(\d{4})-(\d{2})-(\d{2})/, '$1$2$3');
      for (const id of ids)
        expect([id, compact, ...weKnow(id, compact, date)]).toEqual([
          id,
          compact,
          ...packageKnows(id, compact, date),
        ]);
    }
  });

  it('leaves a day that does not exist as it is', () => {
    const match = { equals: 'm-2025-02-30' };
    const list = new PriceList([['a', { id: 'a', models: [{ id: 'm', match, prices: {} }] }]]);
    expect(list.find('a', 'm-2025-02-30')?.id).toBe('m');
    expect(list.find('a', 'm-20250230')).toBeUndefined();
  });

  it('parses no provider but the one that is asked for', () => {
    const list = new PriceList([
      ['openai', priceTexts['openai'] ?? ''],
      ['other', 'no JSON'],
    ]);
    expect(list.find('openai', 'gpt-5-mini')?.context_window).toBeGreaterThan(0);
    expect(() => list.find('other', 'gpt-5-mini')).toThrow(SyntaxError);
  });
});

describe('prices at certain times', () => {
  const free: ListedRates = { input_mtok: 0 };
  const dear: ListedRates = { input_mtok: 2 };
  const model = (...prices: ListedPrice[]): ListedModel => ({ id: 'm', match: { equals: 'm' }, prices });

  it.each([
    ['2026-01-30T23:59:59Z', free],
    ['2026-01-31T00:00:00Z', dear],
  ])('of a price from a day on: %s', (at, rates) => {
    const changed = model({ prices: free }, { constraint: { start_date: '2026-01-31' }, prices: dear });
    expect(ratesOf(changed, Date.parse(at))).toBe(rates);
  });

  it.each([
    ['2026-01-31T16:29:59Z', dear],
    ['2026-01-31T16:30:00Z', free],
    ['2026-01-31T00:29:59Z', free],
    ['2026-01-31T00:30:00Z', dear],
  ])('of a price over midnight: %s', (at, rates) => {
    const constraint = { start_time: '16:30:00Z', end_time: '00:30:00Z' };
    const nightly = model({ prices: dear }, { constraint, prices: free });
    expect(ratesOf(nightly, Date.parse(at))).toBe(rates);
  });

  it.each([
    ['00:00:00Z', 0],
    ['16:30:05.5Z', 59_405.5],
    ['01:00:00+02:00', 82_800],
    ['23:00:00-02:00', 3_600],
    ['24:00:00Z', undefined],
    ['16:30', undefined],
  ])('reads the time %s', (text, seconds) => {
    expect(secondsOf(text)).toBe(seconds);
  });
});

describe('the prices in the built package', () => {
  it('are those of the package @pydantic/genai-prices, with its license', async () => {
    const built = await import(`data:text/javascript,${encodeURIComponent(pricesModule())}`);
    expect({ ...built }).toEqual({ latestPrices, priceTexts });
    expect(pricesModule()).toContain(
      'The above copyright notice and this permission notice shall be included',
    );
    const fields = ['id', 'name', 'match', 'context_window', 'deprecated', 'prices'] as const;
    const expected = providers.map(({ id, fallback_model_providers, models }) => ({
      id,
      fallback_model_providers,
      models: models.map((model) => Object.fromEntries(fields.map((field) => [field, model[field]]))),
    }));
    expect(Object.values<string>(built.priceTexts).map((text) => JSON.parse(text))).toEqual(
      JSON.parse(JSON.stringify(expected)),
    );
  });
});
