// LangChain's `createAgent` and a graph of LangGraph over a router.
import assert from 'node:assert/strict';
import { tool } from '@langchain/core/tools';
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { createAgent, summarizationMiddleware } from 'langchain';
import { createRouter, isRouterError } from 'signalbox';
import { toChatModel } from 'signalbox/langchain';
import { openai } from 'signalbox/openai';
import * as z from 'zod';

export async function start([first, second]) {
  const target = (id, { url }, model) => ({ id, provider: openai({ apiKey: 'none', baseURL: url }), model });
  const router = createRouter({
    targets: [target('first', first, 'gpt-5-mini'), target('second', second, 'gpt-4o')],
    timeout: { idle: 600_000 }, // longer than the tests, which pause the stream
    log: false,
  });
  const model = toChatModel(router);
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('answer', async ({ messages }, config) => ({ messages: [await model.invoke(messages, config)] }))
    .addEdge(START, 'answer')
    .addEdge('answer', END)
    .compile();
  return {
    async *ask(content, signal) {
      const input = { messages: [{ role: 'user', content }] };
      for await (const [message] of await graph.stream(input, { streamMode: 'messages', signal }))
        yield message.text;
    },
    assertBroken(error) {
      assert.ok(isRouterError(error, 'stream-interrupted'), String(error));
      assert.equal(error.partial.text, 'The sky ');
    },
    async check([first, second]) {
      first.mode = 'down';
      await router.warmup(); // loads the catalog, which knows the context lengths
      const asked = [];
      const weather = tool(({ city }) => asked.push(city) && '19 °C', {
        name: 'get_weather',
        description: 'The weather',
        schema: z.object({ city: z.string() }),
      });
      // It reads the model's context length from its profile.
      const summarize = summarizationMiddleware({
        model,
        trigger: { fraction: 0.8 },
        keep: { fraction: 0.3 },
      });
      const agent = createAgent({ model, tools: [weather], middleware: [summarize] });
      const { messages } = await agent.invoke({
        messages: [{ role: 'user', content: 'The weather in Paris?' }],
      });
      assert.deepEqual(asked, ['Paris']);
      assert.equal(messages.at(-1).content, 'The sky is blue.');
      assert.equal(messages.at(-1).response_metadata.signalbox.target, 'second');
      assert.ok(second.received.length > 0);
      // Of gpt-4o, which has the shorter context; both are in the catalog.
      assert.equal(model.profile.maxInputTokens, 128_000);
    },
    stop: () => router.close(),
  };
}
