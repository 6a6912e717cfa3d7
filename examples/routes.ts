// Named routes: targets, strategy and limits per use case. Route names are typed.
import { createRouter, weighted } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini', id: 'mini' },
    { provider: anthropic(), model: 'claude-haiku-4-5', id: 'haiku' },
    { provider: google(), model: 'gemini-2.5-flash', id: 'flash' },
  ],
  timeout: { request: 60_000 },
  routes: {
    chat: { targets: ['mini', 'haiku'], timeout: { firstToken: 5_000 } },
    batch: { targets: ['flash', 'mini'], strategy: weighted({ flash: 9, mini: 1 }) },
  },
});

for (const route of ['chat', 'batch', 'haiku'] as const) {
  const { target } = await router.chat({ prompt: 'Why is the sky blue?' }, { route });
  console.log(`${route}: ${target}`);
}
