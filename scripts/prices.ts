// Puts the prices of @pydantic/genai-prices into the package, in place of src/pricing/price-data.ts. As that package ships them they
// are 800 KB of JavaScript, which take 25 ms to load; as JSON they take 2 ms. To update them, update the development dependency.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { latestPrices, priceTexts } from '../src/pricing/price-data.ts';

/** The module, as the build has it. */
export function pricesModule(): string {
  const main = createRequire(import.meta.url).resolve('@pydantic/genai-prices');
  const license = readFileSync(join(dirname(main), '../LICENSE'), 'utf8');
  return `/*! Prices: @pydantic/genai-prices\n\n${license}*/
export const latestPrices = ${JSON.stringify(latestPrices)};
export const priceTexts = ${JSON.stringify(priceTexts)};
`;
}

/** For the build by tsup, which uses esbuild. */
export const pricesForBuild: NonNullable<BuildOptions['plugins']>[number] = {
  name: 'prices',
  setup({ onLoad }) {
    const filter = /[\\/]src[\\/]pricing[\\/]price-data\.ts$/;
    onLoad({ filter }, () => ({ contents: pricesModule(), loader: 'js' }));
  },
};
