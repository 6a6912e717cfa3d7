import { inspect } from 'node:util';
import {
  tool as aiTool,
  embed,
  generateObject,
  generateText,
  type ModelMessage,
  Output,
  streamText,
  type ToolSet,
} from 'ai';
import type { Router } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { z } from 'zod';
import { type Ask, answerPlaces, collect, type Face, places, zodFormat } from './face.ts';
import { messages } from './messages.ts';

const sdkTools = {
  lookup: aiTool({ description: 'x', inputSchema: z.object({ q: z.string() }) }),
} as ToolSet;
const aiRequest = (router: Router, ask: Ask) => ({
  model: toProvider(router)(),
  messages: messages(ask) as ModelMessage[],
  maxRetries: 0,
});
const output = Output.object({ schema: zodFormat });
export const aiSdkFace: Face = {
  name: 'AI SDK',
  places,
  shows: answerPlaces,
  async chat(router, ask) {
    const request = aiRequest(router, ask);
    if (ask.object !== undefined) {
      const both = await Promise.allSettled([
        generateObject({ ...request, schema: zodFormat }).then(({ object }) => object),
        generateText({ ...request, output }).then(({ output: made, content }) => [made, content]),
      ]);
      const failures = both.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
      if (failures.length > 0) throw new AggregateError(failures, inspect(failures, { depth: 8 }));
      return both;
    }
    const { content, text, reasoningText, toolCalls, finishReason, response } = await generateText({
      ...request,
      tools: sdkTools,
    });
    return { content, text, reasoningText, toolCalls, finishReason, messages: response.messages };
  },
  async stream(router, ask) {
    const request = aiRequest(router, ask);
    let failure: unknown;
    const onError = ({ error }: { readonly error: unknown }): void => {
      failure = error;
    };
    if (ask.object !== undefined) {
      const stream = streamText({ ...request, output, onError });
      const partial = await collect(stream.partialOutputStream);
      if (failure !== undefined) throw failure;
      return [partial, await stream.output];
    }
    const parts = await collect(streamText({ ...request, tools: sdkTools, onError }).fullStream);
    if (failure !== undefined) throw failure;
    return parts;
  },
  embed: (router, text) =>
    embed({ model: toProvider(router).embeddingModel('embeddings'), value: text, maxRetries: 0 }),
};
