// JSON with a schema: requested in each vendor's native way, then parsed, validated and typed.
import { createRouter, isRouterError } from 'signalbox';
import { openai } from 'signalbox/openai';
import { z } from 'zod';

const router = createRouter({ targets: [{ provider: openai(), model: 'gpt-5-mini' }] });

const invoice = z.object({ number: z.string(), total: z.number(), currency: z.string() });

try {
  const { object } = await router.chat({
    prompt: 'Extract the invoice: "No. 4711, 1,250.50 EUR, due in 30 days"',
    schema: invoice,
  });
  console.log(`invoice ${object.number}: ${object.total.toFixed(2)} ${object.currency}`);
} catch (error) {
  // The answer does not match the schema: issues contain paths and rules, never values.
  if (isRouterError(error, 'output')) console.log(error.issues);
  throw error;
}
