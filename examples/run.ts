// Tools without an agent library: typed inputs, parallel calls, and the total cost.
import { createRouter, tool } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import * as z from 'zod';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini' },
    { provider: anthropic(), model: 'claude-haiku-4-5' },
  ],
});

const get_weather = tool({
  description: 'The weather in a city',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => ({ city, celsius: 19, sky: 'clear' }),
});

const run = await router.runStream({
  prompt: 'What is the weather in Paris?',
  tools: { get_weather },
  maxSteps: 5,
});
for await (const event of run) {
  if ('output' in event) console.log(`${event.call.toolName} → ${JSON.stringify(event.output)}`);
  else if (event.part.type === 'text-delta') process.stdout.write(event.part.text);
}
const { steps, cost } = await run.result;
console.log();
console.log(`${steps.length} steps at ${steps.map(({ target }) => target).join(', ')}: US$ ${cost}`);
