// A conversation switches vendors: Anthropic's signatures stay in the history, are not sent to OpenAI, and
// are sent again when the conversation returns to Anthropic.
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
  ['haiku', 'So how many is it?'],
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
