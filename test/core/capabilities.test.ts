import { type Capabilities, type ChatRequest, createRouter, isRouterError, type Provider } from 'signalbox';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { rejection } from '../support/requests.ts';

const price = { input: 1, output: 1 };

function decide(
  capabilities: Capabilities,
  request: ChatRequest,
  provider: Provider = scriptedProvider('a'),
) {
  const router = createRouter({
    targets: [
      { provider, model: 'm', id: 'limited', price, capabilities },
      { provider: scriptedProvider('b'), model: 'm', id: 'open', price },
    ],
  });
  return router.explain(request);
}

const user = (
  ...content: ({ type: 'image'; image: string } | { type: 'file'; data: string; mediaType: string })[]
) => ({ messages: [{ role: 'user', content }] }) as const;
const pdf = user({ type: 'file', data: 'JVBERi0=', mediaType: 'application/pdf' });
const tools = [{ name: 'now', inputSchema: { type: 'object' } }];

describe('a target that lacks what a request needs', () => {
  it.each<[string, Capabilities, ChatRequest]>([
    ['chat', { chat: false }, { prompt: 'Hi' }],
    ['tools', { tools: false }, { prompt: 'Hi', tools }],
    ['images', { images: false }, user({ type: 'image', image: 'https://a.example/b.png' })],
    ['images', { images: false }, user({ type: 'file', data: 'iVBORw==', mediaType: 'image/png' })],
    ['JSON schema', { jsonSchema: false }, { prompt: 'Hi', schema: { type: 'object' } }],
    ['reasoning', { reasoning: false }, { prompt: 'Hi', reasoning: 'high' }],
    ['files of type application/pdf', { files: false }, pdf],
    ['files of type application/pdf', { files: ['audio/*', 'text/plain'] }, pdf],
    ['an output of 5000 tokens', { maxOutputTokens: 4096 }, { prompt: 'Hi', maxOutputTokens: 5000 }],
    ['a context of', { contextLength: 1000 }, { prompt: 'word '.repeat(3000) }],
    ['a context of', { contextLength: 1000 }, { prompt: 'Hi', maxOutputTokens: 1001 }],
  ])('%s is left out, with the reason', async (lacks, capabilities, request) => {
    const { candidates, skipped } = await decide(capabilities, request);
    expect(candidates.map(({ target }) => target)).toEqual(['open']);
    expect(skipped).toMatchObject([
      { target: 'limited', reason: 'incapable', lacks: expect.stringContaining(lacks) },
    ]);
  });

  it.each<[string, Capabilities, ChatRequest]>([
    [
      'what is not known',
      {},
      { ...pdf, tools, schema: { type: 'object' }, reasoning: 'high', maxOutputTokens: 1e6 },
    ],
    ['files of a family', { files: ['application/*'] }, pdf],
    ['no thinking', { reasoning: false }, { prompt: 'Hi', reasoning: 'none' }],
    ['a text that may well fit', { contextLength: 4000 }, { prompt: 'word '.repeat(4000) }],
    [
      'text files, which are text',
      { files: false },
      user({ type: 'file', data: 'SGk=', mediaType: 'text/plain' }),
    ],
  ])('%s does not leave it out', async (_, capabilities, request) => {
    const { candidates } = await decide(capabilities, request);
    expect(candidates.map(({ target }) => target)).toEqual(['limited', 'open']);
  });

  it('is known from its provider, and what the target declares goes before', async () => {
    const provider = { ...scriptedProvider('a'), capabilities: () => ({ tools: false, images: false }) };
    expect((await decide({}, { prompt: 'Hi', tools }, provider)).skipped).toMatchObject([{ lacks: 'tools' }]);
    expect((await decide({ tools: true }, { prompt: 'Hi', tools }, provider)).skipped).toEqual([]);
  });

  it('is known from the catalog as far as its context goes', async () => {
    const router = createRouter({
      targets: [{ provider: scriptedProvider('a'), model: 'm' }],
      catalog: { price: () => price, contextLength: () => 100 },
    });
    const error = await rejection(router.chat({ prompt: 'word '.repeat(1000) }));
    expect(isRouterError(error, 'no-target') && error.decision.skipped).toMatchObject([
      { reason: 'incapable' },
    ]);
  });

  it('is left out where it does not have an uploaded file', async () => {
    const data = { type: 'reference', reference: { b: 'file-1' } } as const;
    const { skipped, candidates } = await decide(
      {},
      {
        messages: [{ role: 'user', content: [{ type: 'file', mediaType: 'application/pdf', data }] }],
      },
    );
    expect(candidates.map(({ target }) => target)).toEqual(['open']);
    expect(skipped).toMatchObject([{ target: 'limited', lacks: 'an uploaded file' }]);
  });

  it('is not excluded for what an assistant showed, which other parts can express', async () => {
    const { candidates } = await decide(
      { images: false },
      {
        messages: [
          { role: 'assistant', content: [{ type: 'file', data: 'iVBORw==', mediaType: 'image/png' }] },
          { role: 'user', content: 'Nice' },
        ],
      },
    );
    expect(candidates).toHaveLength(2);
  });
});

describe('a request that hangs on what a vendor keeps', () => {
  const keeper = (name: string, scripts: Parameters<typeof scriptedProvider>[1]): Provider => ({
    ...scriptedProvider(name, scripts),
    boundBy: ({ keeper: { previous, store } = {} }) => {
      if (typeof previous === 'string') return { responseId: previous };
      return store === true ? {} : undefined;
    },
  });
  const failing = [{ error: { kind: 'server', status: 500 } }] as const;

  it('goes to the target that gave the answer it continues', async () => {
    const router = createRouter({
      targets: [
        { provider: keeper('a', [{ text: 'from a' }]), model: 'm', id: 'a', price },
        { provider: keeper('b', [{ text: 'from b' }]), model: 'm', id: 'b', price },
      ],
    });
    const { response } = await router.chat({ prompt: 'Hi' }, { only: ['b'] });
    const providerOptions = { keeper: { previous: response.id ?? '' } };
    const { target } = await router.chat({ prompt: 'And?', providerOptions });
    expect(target).toBe('b');
    const { skipped } = await router.explain({ prompt: 'And?', providerOptions });
    expect(skipped).toEqual([{ target: 'a', reason: 'pinned' }]);
  });

  it('is never failed over, because no other target has it', async () => {
    const other = scriptedProvider('c');
    const router = createRouter({
      targets: [
        { provider: keeper('a', failing), model: 'm', id: 'a', price },
        { provider: keeper('b', [{}]), model: 'm', id: 'b', price },
        { provider: other, model: 'm', id: 'c', price },
      ],
      retry: { minDelay: 0, maxDelay: 0 },
    });
    const error = await rejection(
      router.chat({ prompt: 'Hi', providerOptions: { keeper: { store: true } } }),
    );
    expect(isRouterError(error, 'all-targets-failed') && error.attempts.map(({ target }) => target)).toEqual([
      'a',
      'a',
    ]);
    expect(other.calls).toHaveLength(0);
  });
});
