// The model catalog: models, prices, a refresh, and a router with targets from it.
import { createRouter, type TargetOptions } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { loadCatalog, models, priceOf, refresh } from 'signalbox/catalog';
import { openai } from 'signalbox/openai';

// Refreshes only on request. Without a network, the prices of the installed package remain.
const { updated } = await refresh({ signal: AbortSignal.timeout(2_000) });
console.log(updated ? 'newest prices' : 'prices of the installed package');

const found = await models({
  provider: ['openai', 'anthropic'],
  supports: ['tools', 'images'],
  maxPrice: { input: 1, output: 5 },
  minContext: 100_000,
});
for (const { provider, model, price, contextLength } of found)
  console.log(`${provider}/${model}: ${price.input} in, ${price.output} out, ${contextLength} tokens`);
console.log(await priceOf('anthropic', 'claude-haiku-4-5', new Date('2026-01-01')));

const providers = { openai: openai(), anthropic: anthropic() };
const targets = found.slice(0, 3).map(
  ({ provider, model }): TargetOptions => ({
    provider: providers[provider as keyof typeof providers],
    model,
  }),
);

// The catalog is the default. Pass it explicitly to change it: here, a contractual discount of 10%.
const listed = await loadCatalog();
const catalog = {
  ...listed,
  price(provider: string, model: string, date: number) {
    const { input, output = 0 } = listed.price(provider, model, date) ?? {};
    return input === undefined ? undefined : { input: input * 0.9, output: output * 0.9 };
  },
};
const { target, cost } = await createRouter({ targets, catalog }).chat({ prompt: 'Why is the sky blue?' });
console.log(`${target} for US$ ${cost?.total.toFixed(6)}`);
