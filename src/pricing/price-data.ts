import { REMOTE_DATA_JSON_URL, waitForUpdate } from '@pydantic/genai-prices';
import { leanProvider } from './price-list.ts';

/** Where genai-prices publishes its latest data. */
export const latestPrices: string = REMOTE_DATA_JSON_URL;

/**
 * The providers of `@pydantic/genai-prices`, each as JSON. In the built package, `scripts/prices.ts` replaces this module by its
 * values: the package's own code takes ten times as long to load, and only providers in use are parsed.
 */
export const priceTexts: Readonly<Record<string, string>> = Object.fromEntries(
  ((await waitForUpdate()) ?? []).map((provider) => [provider.id, JSON.stringify(leanProvider(provider))]),
);
