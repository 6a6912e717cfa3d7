import type { Embeddings, EmbeddingsInterface } from '@langchain/core/embeddings';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { AIMessageChunk } from '@langchain/core/messages';
import { createRouter } from 'signalbox';
import { toChatModel, toEmbeddings } from 'signalbox/langchain';
import { scriptedProvider } from 'signalbox/testing';
import { expectTypeOf, it } from 'vitest';
import { z } from 'zod';

const router = createRouter({
  targets: [{ provider: scriptedProvider('p'), model: 'a' }],
  routes: { fast: { targets: ['p/a'] } },
});
const model = toChatModel(router, { route: 'fast' });

it('is a chat model wherever LangChain wants one', () => {
  expectTypeOf(model).toExtend<BaseChatModel>();
  expectTypeOf(model.invoke('Hi')).resolves.toEqualTypeOf<AIMessageChunk>();
  expectTypeOf(toEmbeddings(router)).toExtend<EmbeddingsInterface>();
  expectTypeOf<EmbeddingsInterface>().not.toExtend<Embeddings>();
});

it('types the names of the router’s routes and targets', () => {
  toChatModel(router, { route: 'p/a', only: ['p/a'] });
  // @ts-expect-error no such route
  toChatModel(router, { route: 'fsat' });
  // @ts-expect-error no such route
  model.invoke('Hi', { route: 'fsat' });
  // @ts-expect-error no such target
  toEmbeddings(router, { only: ['q/a'] });
});

it('takes options of both, call by call', () => {
  model.invoke('Hi', {
    route: 'fast',
    maxCost: 0.01,
    session: 's',
    timeout: 5_000,
    timeouts: { firstToken: 500 },
  });
  // @ts-expect-error an answer cannot restart in LangChain
  model.invoke('Hi', { interrupted: 'restart' });
});

it('gives structured output the type of its schema', () => {
  const City = z.object({ city: z.string() });
  expectTypeOf(model.withStructuredOutput(City).invoke('Hi')).resolves.toEqualTypeOf<{ city: string }>();
  expectTypeOf(model.withStructuredOutput(City, { includeRaw: true }).invoke('Hi')).resolves.toHaveProperty(
    'parsed',
  );
});
