// A conversation that an application began with Anthropic's own SDK continues through signalbox. Its signed thinking goes back to
// Anthropic and to no other vendor.
import Anthropic from '@anthropic-ai/sdk';
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import { toFetch } from 'signalbox/openai-fetch';

const model = 'claude-haiku-4-5';
const question = { role: 'user', content: 'How many days lie between 3 March and 17 May?' } as const;
const settings = { model, max_tokens: 4_000, thinking: { type: 'enabled', budget_tokens: 1_024 } } as const;
const stored = await new Anthropic().messages.create({ ...settings, messages: [question] });

const router = createRouter({
  targets: [
    { provider: anthropic(), model },
    { provider: openai(), model: 'gpt-5-mini' },
  ],
});
const client = new Anthropic({ apiKey: 'none', baseURL: 'http://signalbox', fetch: toFetch(router) });
const { content } = await client.messages.create({
  ...settings,
  messages: [
    question,
    { role: 'assistant', content: stored.content },
    { role: 'user', content: 'Are you sure?' },
  ],
});
for (const block of content) if (block.type === 'text') console.log(block.text);
