// Any model can be a target: a provider is an object with a name, `chat` and `stream`.
import { createRouter, type Provider } from 'signalbox';

const echo: Provider<'echo'> = {
  name: 'echo',
  async chat({ messages, model }) {
    const last = messages.at(-1)?.content;
    const text = typeof last === 'string' ? last.toUpperCase() : '';
    const usage = { inputTokens: text.length, outputTokens: text.length };
    const response = { model, headers: {} };
    return {
      content: [{ type: 'text', text }],
      finishReason: 'stop',
      usage,
      response,
      warnings: [],
      raw: undefined,
    };
  },
  async *stream(call) {
    const { content, usage } = await echo.chat(call);
    for (const part of content) if (part.type === 'text') yield { type: 'text-delta', text: part.text };
    yield { type: 'finish', finishReason: 'stop', usage }; // proves that the answer is complete
  },
};

const router = createRouter({ targets: [{ provider: echo, model: 'loud', price: { input: 0, output: 0 } }] });
console.log((await router.chat({ prompt: 'hello' })).text);
for await (const text of (await router.stream({ prompt: 'hello again' })).textStream) console.log(text);
