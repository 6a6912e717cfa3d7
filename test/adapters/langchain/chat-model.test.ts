import { InMemoryCache } from '@langchain/core/caches';
import { AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { createRouter, isRouterError, type RequestEndEvent } from 'signalbox';
import { toChatModel } from 'signalbox/langchain';
import { type Script, scriptedProvider } from 'signalbox/testing';
import { describe, expect, it, vi } from 'vitest';

const price = { input: 1, output: 2 };
const usage = {
  inputTokens: 100,
  outputTokens: 20,
  cacheReadTokens: 60,
  cacheWriteTokens: 30,
  reasoningTokens: 12,
  audioInputTokens: 4,
};

function world(scripts: readonly Script[] = [{ text: 'Hello there, friend', usage }]) {
  const provider = scriptedProvider('p', scripts);
  const other = scriptedProvider('q', [{ text: 'Hello from q' }]);
  const router = createRouter({
    targets: [
      { provider, model: 'a', price },
      { provider: other, model: 'b', price },
    ],
    routes: { second: { targets: ['q/b'] } },
  });
  const ends: RequestEndEvent[] = [];
  router.on('request-end', (event) => ends.push(event));
  return { provider, other, router, ends };
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const chunk of stream) all.push(chunk);
  return all;
}

describe('a chat model over a router', () => {
  it('answers in a chain of prompt, model and parser', async () => {
    const { router, provider } = world();
    const prompt = ChatPromptTemplate.fromMessages([
      ['system', 'Be brief.'],
      ['human', 'Say {what}'],
    ]);
    const chain = prompt.pipe(toChatModel(router)).pipe(new StringOutputParser());
    expect(await chain.invoke({ what: 'hello' })).toBe('Hello there, friend');
    expect(provider.calls[0]?.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Say hello' },
    ]);
  });

  it('streams a chain word by word', async () => {
    const { router } = world();
    const chain = toChatModel(router).pipe(new StringOutputParser());
    expect((await collect(await chain.stream('Hi'))).filter((text) => text !== '')).toEqual([
      'Hello ',
      'there, ',
      'friend',
    ]);
  });

  it('answers a batch, each question separately', async () => {
    const { router, ends } = world([{ text: 'one' }, { text: 'two' }]);
    const answers = await toChatModel(router).batch(['1', '2'], { maxConcurrency: 1 });
    expect(answers.map(({ content }) => content)).toEqual(['one', 'two']);
    expect(ends).toHaveLength(2);
  });

  it('counts tokens with all their details', async () => {
    const counted = {
      input_tokens: 100,
      output_tokens: 20,
      total_tokens: 120,
      input_token_details: { cache_read: 60, cache_creation: 30, audio: 4 },
      output_token_details: { reasoning: 12 },
    };
    const model = toChatModel(world().router);
    expect((await model.invoke('Hi')).usage_metadata).toEqual(counted);
    const chunks = await collect(await model.stream('Hi'));
    expect(chunks.reduce((all, chunk) => all.concat(chunk)).usage_metadata).toEqual(counted);
  });

  it('counts no tokens where the vendor did not', async () => {
    const { router } = world([{ text: 'Hi', usage: { outputTokens: 3 } }]);
    expect((await toChatModel(router).invoke('Hi')).usage_metadata).toBeUndefined();
  });

  it('reports the target, the cost and the attempts', async () => {
    const { router } = world([{ error: { kind: 'overloaded', status: 503 } }]);
    const model = toChatModel(router);
    for (const message of [
      await model.invoke('Hi'),
      (await collect(await model.stream('Hi'))).reduce((all, chunk) => all.concat(chunk)),
    ]) {
      expect(message.text).toBe('Hello from q');
      expect(message.response_metadata).toMatchObject({
        finish_reason: 'stop',
        model_name: 'b',
        signalbox: { target: 'q/b', cost: { total: 0.00002 } },
      });
      const { attempts } = message.response_metadata['signalbox'] as { attempts: object[] };
      expect(attempts).toMatchObject([
        { target: 'p/a', outcome: 'failed', error: { status: 503 } },
        { target: 'q/b', outcome: 'success' },
      ]);
    }
  });

  it('reports why the answer ended, in LangChain’s terms', async () => {
    const { router } = world([{ text: 'Hello', finishReason: 'length' }]);
    expect((await toChatModel(router).invoke('Hi')).response_metadata['finish_reason']).toBe('length');
  });

  it('takes routing and settings from the model, and from each call before it', async () => {
    const { router, provider, other, ends } = world();
    const model = toChatModel(router, { temperature: 0.1, maxOutputTokens: 50, stopSequences: ['END'] });
    await model.invoke('Hi');
    await model.invoke('Hi', { route: 'second', temperature: 0.9, stop: ['X'], session: 's1' });
    expect(provider.calls[0]).toMatchObject({
      temperature: 0.1,
      maxOutputTokens: 50,
      stopSequences: ['END'],
    });
    expect(other.calls[0]).toMatchObject({ temperature: 0.9, maxOutputTokens: 50, stopSequences: ['X'] });
    expect(ends.map(({ route }) => route)).toEqual(['default', 'second']);
  });

  it('passes metadata on to the events, but nothing of what is `configurable`', async () => {
    const { router, ends } = world();
    const model = toChatModel(router, { metadata: { app: 'shop' } });
    await model.invoke('Hi', { metadata: { user: 'u1' }, configurable: { vendorKey: 'sk-secret' } });
    for await (const _chunk of await model.stream('Hi', { metadata: { user: 'u2' } }));
    expect(ends.map(({ metadata }) => metadata)).toEqual([
      { app: 'shop', user: 'u1' },
      { app: 'shop', user: 'u2' },
    ]);
  });

  it('runs callbacks for each token and at the end', async () => {
    const tokens: string[] = [];
    const ended: unknown[] = [];
    const callbacks = [
      {
        handleLLMNewToken: (token: string) => void tokens.push(token),
        handleLLMEnd: (output: { llmOutput?: unknown }) => void ended.push(output.llmOutput),
      },
    ];
    const model = toChatModel(world().router, { callbacks });
    await collect(await model.stream('Hi'));
    expect(tokens.join('')).toBe('Hello there, friend');
    await model.invoke('Hi');
    const tokenUsage = { promptTokens: 100, completionTokens: 20, totalTokens: 120 };
    expect(ended).toEqual([{ tokenUsage }, { tokenUsage }]);
  });

  it('appears as a chat model in streamEvents of version 2', async () => {
    const events = await collect(toChatModel(world().router).streamEvents('Hi', { version: 'v2' }));
    const kinds = events.map(({ event }) => event);
    expect([...new Set(kinds)]).toEqual(['on_chat_model_start', 'on_chat_model_stream', 'on_chat_model_end']);
    const output = events.at(-1)?.data.output as AIMessageChunk;
    expect(output.text).toBe('Hello there, friend');
  });

  it('gives LangChain’s newer events, with usage and metadata', async () => {
    const { router } = world([
      {
        content: [
          { type: 'reasoning', text: 'Let me see.' },
          { type: 'text', text: 'Looking.' },
          { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: { at: 'sky' } },
        ],
      },
    ]);
    const stream = toChatModel(router).streamEvents('Hi');
    expect(await stream.text).toBe('Looking.');
    expect(await stream.reasoning).toBe('Let me see.');
    const message: BaseMessage = await stream;
    expect(message).toMatchObject({
      tool_calls: [{ id: 'c1', name: 'look', args: { at: 'sky' } }],
      usage_metadata: { input_tokens: 10, output_tokens: 5 },
      response_metadata: { finish_reason: 'tool_use', signalbox: { target: 'p/a' } },
    });
  });

  it('keeps text and a call of a tool apart in LangChain’s newer events', async () => {
    const { router } = world([
      {
        content: [
          { type: 'text', text: 'Looking.' },
          { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: {} },
          { type: 'tool-call', toolCallId: 'c2', toolName: 'hear', input: { at: 'sea' } },
        ],
      },
    ]);
    const message: BaseMessage = await toChatModel(router).streamEvents('Hi');
    expect(message.text).toBe('Looking.');
    expect(message).toMatchObject({
      tool_calls: [
        { id: 'c1', name: 'look', args: {} },
        { id: 'c2', name: 'hear', args: { at: 'sea' } },
      ],
    });
  });

  it('gives standard blocks where version 1 of the output is requested', async () => {
    const model = toChatModel(
      world([
        {
          content: [
            { type: 'text', text: 'Looking.' },
            { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: {} },
          ],
        },
      ]).router,
      { outputVersion: 'v1' },
    );
    const call = { type: 'tool_call', id: 'c1', name: 'look', args: {} };
    expect((await model.invoke('Hi')).content).toEqual([{ type: 'text', text: 'Looking.' }, call]);
    const whole = (await collect(await model.stream('Hi'))).reduce((all, chunk) => all.concat(chunk));
    expect(whole.content).toMatchObject([{ type: 'text', text: 'Looking.' }, call]);
    expect(whole.tool_calls).toMatchObject([call]);
  });

  it('contains images, sources and the results of the vendor’s own tools', async () => {
    const model = toChatModel(
      world([
        {
          content: [
            { type: 'tool-call', toolCallId: 's1', toolName: 'search', input: {}, providerExecuted: true },
            {
              type: 'tool-result',
              toolCallId: 's1',
              toolName: 'search',
              output: { type: 'text', value: 'found' },
              providerExecuted: true,
            },
            { type: 'text', text: 'See.' },
            { type: 'source', sourceType: 'url', id: '1', url: 'https://a.example' },
            { type: 'file', data: 'AAAA', mediaType: 'image/png' },
          ],
        },
      ]).router,
    );
    const blocks = [
      { type: 'server_tool_call', id: 's1', name: 'search' },
      { type: 'server_tool_call_result', toolCallId: 's1', status: 'success' },
      { type: 'text', text: 'See.' },
      { type: 'image', data: 'AAAA', mimeType: 'image/png' },
    ];
    const message = await model.invoke('Hi');
    expect(message.content).toMatchObject(blocks);
    expect(message.tool_calls).toEqual([]);
    expect(message.response_metadata['signalbox']).toMatchObject({
      sources: [{ url: 'https://a.example' }],
    });
    const whole = (await collect(await model.stream('Hi'))).reduce((all, chunk) => all.concat(chunk));
    expect(whole.content).toMatchObject(blocks);
  });
});

describe('as any Runnable', () => {
  const failing = { error: { kind: 'server', status: 500 } } as const;

  it('rejects with the router’s own error', async () => {
    const router = createRouter({
      targets: [{ provider: scriptedProvider('p', [failing]), model: 'a', price }],
      retry: { sameTarget: 0 },
    });
    const error = await toChatModel(router)
      .invoke('Hi')
      .catch((reason: unknown) => reason);
    expect(isRouterError(error, 'all-targets-failed')).toBe(true);
  });

  it('is not retried by LangChain on top of the router', async () => {
    const provider = scriptedProvider('p', [failing]);
    const router = createRouter({ targets: [{ provider, model: 'a', price }], retry: { sameTarget: 0 } });
    const model = toChatModel(router);
    await model.invoke('Hi').catch(() => {});
    expect(provider.calls).toHaveLength(1);
    expect(model.caller).toMatchObject({ maxRetries: 0 });
  });

  it('is retried if the application allows it', async () => {
    const provider = scriptedProvider('p', [{ error: { kind: 'bad-request', status: 400 } }, { text: 'ok' }]);
    const router = createRouter({ targets: [{ provider, model: 'a', price }] });
    const model = toChatModel(router).withRetry({ stopAfterAttempt: 2 });
    vi.useFakeTimers();
    try {
      const asked = model.invoke('Hi');
      await vi.advanceTimersByTimeAsync(5_000); // LangChain waits before it tries again
      expect((await asked).content).toBe('ok');
    } finally {
      vi.useRealTimers();
    }
  });

  it('falls back to another model of LangChain’s', async () => {
    const { router } = world();
    const broken = createRouter({
      targets: [{ provider: scriptedProvider('p', [failing]), model: 'a', price }],
      retry: { sameTarget: 0 },
    });
    const model = toChatModel(broken).withFallbacks([toChatModel(router)]);
    expect((await model.invoke('Hi')).content).toBe('Hello there, friend');
  });

  it('answers from LangChain’s cache, apart for each route', async () => {
    const { router, provider, other } = world();
    const model = toChatModel(router, { cache: new InMemoryCache() });
    await model.invoke('Hi', { metadata: { user: 'u1' } });
    await model.invoke('Hi', { metadata: { user: 'u2' } });
    expect(provider.calls).toHaveLength(1);
    await model.invoke('Hi', { route: 'second' });
    expect(other.calls).toHaveLength(1);
  });

  it('ends with the signal’s reason when it is aborted', async () => {
    const { router, provider } = world([{ hang: true }]);
    const model = toChatModel(router);
    for (const ask of [
      (signal: AbortSignal) => model.invoke('Hi', { signal }),
      async (signal: AbortSignal) => collect(await model.stream('Hi', { signal })),
    ]) {
      const controller = new AbortController();
      const asked = ask(controller.signal);
      const reason = new Error('enough');
      setImmediate(() => controller.abort(reason));
      await expect(asked).rejects.toBe(reason);
      expect(provider.open).toBe(0);
    }
  });

  it('ends in the middle of a stream when it is aborted there', async () => {
    const { router, provider } = world([{ text: 'a b c', hang: true, after: 1 }]);
    const controller = new AbortController();
    const reason = new Error('enough');
    const read = async (): Promise<void> => {
      for await (const _chunk of await toChatModel(router).stream('Hi', { signal: controller.signal }))
        controller.abort(reason);
    };
    await expect(read()).rejects.toBe(reason);
    expect(provider.open).toBe(0);
  });

  it('shows traces no option of a gateway’s', async () => {
    const traced: unknown[] = [];
    const handleChatModelStart = (_model: unknown, _messages: unknown, ...more: unknown[]): void =>
      void traced.push(more);
    await toChatModel(world().router, { callbacks: [{ handleChatModelStart }] }).invoke('Hi', {
      providerOptions: { portkey: { virtualKey: 'vk-secret' } },
    });
    expect(traced).toHaveLength(1);
    expect(JSON.stringify(traced)).not.toContain('secret');
  });

  it('obeys LangChain’s timeout', async () => {
    const { router, provider } = world([{ hang: true }]);
    await expect(toChatModel(router).invoke('Hi', { timeout: 5 })).rejects.toThrow(/timeout/i);
    expect(provider.open).toBe(0);
  });

  it('stops the router’s stream when the reader leaves', async () => {
    const { router, provider, ends } = world([{ text: 'a b c d e', hang: true, after: 2 }]);
    for await (const chunk of await toChatModel(router).stream('Hi')) {
      expect(chunk.text).toBe('a ');
      break;
    }
    expect(provider.open).toBe(0);
    expect(ends).toMatchObject([{ outcome: 'aborted' }]);
  });

  it('shows no router and no secret when it is traced, printed or turned into JSON', () => {
    const { router } = world();
    const providerOptions = { portkey: { virtualKey: 'vk-secret' } };
    const model = toChatModel(router, { route: 'second', providerOptions });
    expect(model._llmType()).toBe('signalbox');
    expect(model._identifyingParams()).toMatchObject({ targets: ['p/a', 'q/b'], route: 'second' });
    expect(JSON.stringify([model._identifyingParams(), model.invocationParams()])).not.toContain('secret');
    expect(model.invocationParams({ temperature: 0.5 })).toMatchObject({ route: 'second', temperature: 0.5 });
    expect(model.getLsParams({ temperature: 0.5 })).toMatchObject({
      ls_provider: 'signalbox',
      ls_model_name: 'second',
      ls_temperature: 0.5,
    });
    expect(JSON.parse(JSON.stringify(model))).toMatchObject({ type: 'not_implemented' });
    expect(Object.values(model)).not.toContain(router);
  });

  it('rejects an unknown option', () => {
    const { router } = world();
    const options = { temperature: 0, rout: 'second' };
    expect(() => toChatModel(router, options)).toThrow(/toChatModel\.rout: expected one of/);
  });

  it('returns chunks, which LangChain’s parsers want', async () => {
    expect(AIMessageChunk.isInstance(await toChatModel(world().router).invoke('Hi'))).toBe(true);
  });
});
