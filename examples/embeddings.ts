// Embeddings: any number of texts, split into the vendor's batch size, all from the same model.
import { createRouter } from 'signalbox';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'text-embedding-3-small', id: 'small' },
    { provider: google(), model: 'gemini-embedding-001', id: 'gemini' },
  ],
});

const values = ['It rains cats and dogs.', 'What a downpour!', 'The bank raised its rates.'];
const { embeddings, target, usage, cost } = await router.embed({ values, dimensions: 256 });

const similarity = (a: readonly number[] = [], b: readonly number[] = []): number => {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};
const [rain, downpour, bank] = embeddings;
console.log(`rain and downpour: ${similarity(rain, downpour).toFixed(2)}`);
console.log(`rain and bank:     ${similarity(rain, bank).toFixed(2)}`);
console.log(`${target} took ${usage.inputTokens} tokens for US$ ${cost?.total.toFixed(8)}`);
