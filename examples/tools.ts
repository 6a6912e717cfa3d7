// The model calls a tool, the application runs it, the model continues, on any healthy target.
import { createRouter, type Message } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import { z } from 'zod';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini' },
    { provider: anthropic(), model: 'claude-haiku-4-5' },
  ],
});

const weather = {
  name: 'get_weather',
  description: 'The current weather in a city',
  inputSchema: z.object({ city: z.string() }),
};

const messages: Message[] = [{ role: 'user', content: 'What is the weather in Paris?' }];
for (let turn = 0; turn < 3; turn++) {
  const { content, text, toolCalls } = await router.chat({ messages, tools: [weather] });
  if (toolCalls.length === 0) {
    console.log(text);
    break;
  }
  const results = toolCalls.map(({ toolCallId, toolName, input }) => {
    const { city } = weather.inputSchema.parse(input);
    console.log(`${toolName}(${city})`);
    const output = { type: 'json', value: { city, celsius: 19, sky: 'clear' } } as const;
    return { type: 'tool-result', toolCallId, toolName, output } as const;
  });
  messages.push({ role: 'assistant', content }, { role: 'tool', content: results });
}
