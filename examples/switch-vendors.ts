// A conversation changes its vendor in mid-air: what only Anthropic can read, its signatures, stays in the history, is not
// shown to OpenAI, and is there again when the conversation comes back.
import { createRouter, type Message } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';

const router = createRouter({
  targets: [
    { provider: anthropic(), model: 'claude-haiku-4-5', id: 'haiku' },
    { provider: openai(), model: 'gpt-5-mini', id: 'mini' },
  ],
});

const messages: Message[] = [];
for (const [route, question] of [
  ['haiku', 'How many days lie between 3 March and 17 May?'],
  ['mini', 'Are you sure?'],
  ['haiku', 'So how many are it?'],
] as const) {
  messages.push({ role: 'user', content: question });
  const { content, text, warnings } = await router.chat(
    { messages, reasoning: 'low', maxOutputTokens: 4_000 },
    { route },
  );
  messages.push({ role: 'assistant', content });
  console.log(`${route}: ${text}`);
  for (const { details } of warnings) console.log(`  (${details})`);
}
