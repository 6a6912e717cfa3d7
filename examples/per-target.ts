// Settings for one target, a deployment with a custom name, and an ordered list of targets for one call.
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';

const router = createRouter({
  targets: [
    {
      provider: openai(),
      model: 'prod-chat',
      pricedAs: 'openai/gpt-5-mini',
      settings: { temperature: undefined },
    },
    { provider: anthropic(), model: 'claude-haiku-4-5', id: 'haiku' },
  ],
  fallbackOn: ({ kind, code }) =>
    kind === 'bad-request' && code === 'model_not_supported' ? true : undefined,
});

const request = { prompt: 'Why is the sky blue?', temperature: 0.3 };
const usual = await router.chat(request);
console.log(usual.target, usual.cost?.total);
const reversed = await router.chat(request, { targets: ['haiku', 'openai/prod-chat'] });
console.log(reversed.target, reversed.cost?.total);

process.once('SIGTERM', async () => {
  await router.drain({ timeout: 25_000 });
  await router.close();
});
