import {
  AIMessage,
  type BaseMessage,
  ChatMessage,
  FunctionMessage,
  HumanMessage,
  mapChatMessagesToStoredMessages,
  mapStoredMessagesToChatMessages,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages';
import { type ContentPart, createRouter, isRouterError } from 'signalbox';
import { toChatModel } from 'signalbox/langchain';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';

const price = { input: 1, output: 2 };

function world(content: readonly ContentPart[] = [{ type: 'text', text: 'ok' }]) {
  const provider = scriptedProvider('p', [{ content }]);
  const model = toChatModel(createRouter({ targets: [{ provider, model: 'a', price }] }));
  return { model, provider };
}

/** The conversation that a provider gets. */
async function seen(messages: BaseMessage[]) {
  const { model, provider } = world();
  await model.invoke(messages);
  return provider.calls[0]?.messages;
}

/** What the provider gets of one block of a user's message. */
async function part(block: Record<string, unknown>) {
  const thread = await seen([
    new HumanMessage({ content: [{ type: 'text', text: 'See:' }, block as never] }),
  ]);
  return thread?.[0]?.content[1];
}

describe('a conversation', () => {
  it('keeps its roles', async () => {
    const thread = await seen([
      new SystemMessage('Be brief.'),
      new HumanMessage('Hi'),
      new AIMessage('Hello'),
      new ChatMessage('And now?', 'user'),
      new ChatMessage('Be kind.', 'developer'),
    ]);
    expect(thread).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] },
      { role: 'user', content: 'And now?' },
      { role: 'system', content: 'Be kind.' },
    ]);
  });

  it('keeps a cache mark as Anthropic’s users write it', async () => {
    const cache_control = { type: 'ephemeral' };
    const [system, user] =
      (await seen([
        new SystemMessage({ content: [{ type: 'text', text: 'Long.', cache_control } as never] }),
        new HumanMessage({ content: [{ type: 'text', text: 'Hi', cache_control } as never] }),
      ])) ?? [];
    const providerOptions = { anthropic: { cacheControl: cache_control } };
    expect(system).toEqual({ role: 'system', content: 'Long.', providerOptions });
    expect(user).toEqual({ role: 'user', content: [{ type: 'text', text: 'Hi', providerOptions }] });
  });

  it('gives the results of tools together, under the names of their calls', async () => {
    const thread = await seen([
      new HumanMessage('Hi'),
      new AIMessage({
        content: '',
        tool_calls: [
          { id: 'c1', name: 'look', args: { at: 'sky' } },
          { id: 'c2', name: 'hear', args: {} },
        ],
      }),
      new ToolMessage({ tool_call_id: 'c1', content: 'blue', artifact: { raw: 'for the application' } }),
      new ToolMessage({ tool_call_id: 'c2', content: 'deaf', status: 'error' }),
    ]);
    expect(thread?.slice(1)).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: { at: 'sky' } },
          { type: 'tool-call', toolCallId: 'c2', toolName: 'hear', input: {} },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'c1',
            toolName: 'look',
            output: { type: 'text', value: 'blue' },
          },
          {
            type: 'tool-result',
            toolCallId: 'c2',
            toolName: 'hear',
            output: { type: 'error-text', value: 'deaf' },
          },
        ],
      },
    ]);
  });

  it('shows the model a picture that a tool gave', async () => {
    const thread = await seen([
      new HumanMessage('Hi'),
      new AIMessage({ content: '', tool_calls: [{ id: 'c1', name: 'look', args: {} }] }),
      new ToolMessage({
        tool_call_id: 'c1',
        content: [{ type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' }],
      }),
    ]);
    expect(thread?.[2]?.content[0]).toMatchObject({
      output: {
        type: 'content',
        value: [{ type: 'image', image: 'iVBORw0KGgo=', mediaType: 'image/png' }],
      },
    });
  });

  it('accepts text, signed reasoning and calls of another model’s answer', async () => {
    const thread = await seen([
      new HumanMessage('Hi'),
      new AIMessage({
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'x' } as never,
          { type: 'redacted_thinking', data: 'y' } as never,
          { type: 'text', text: 'Looking.' },
          { type: 'tool_use', id: 'c1', name: 'look', input: {} } as never,
        ],
        tool_calls: [{ id: 'c1', name: 'look', args: {} }],
      }),
      new ToolMessage({ tool_call_id: 'c1', content: 'blue' }),
    ]);
    expect(thread?.[1]?.content).toEqual([
      { type: 'reasoning', text: 'Hm.', providerOptions: { anthropic: { signature: 'x' } } },
      { type: 'reasoning', text: '', providerOptions: { anthropic: { redactedData: 'y' } } },
      { type: 'text', text: 'Looking.' },
      { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: {} },
    ]);
  });

  it('refuses an unsupported message and names it', async () => {
    const error = await world()
      .model.invoke([new HumanMessage('Hi'), new FunctionMessage({ name: 'f', content: 'x' })])
      .catch((reason: unknown) => reason);
    expect(isRouterError(error, 'request') && error.field).toBe('messages[1]');
  });
});

describe('pictures and files', () => {
  const url = 'https://a.example/b.png';
  const inline = 'data:image/png;base64,iVBORw0KGgo=';
  const base64 = 'iVBORw0KGgo=';
  const pdf = { data: 'JVBERi0=', mediaType: 'application/pdf' };
  const cases: readonly [string, Record<string, unknown>, Record<string, unknown>][] = [
    ['OpenAI’s link', { type: 'image_url', image_url: url }, { type: 'image', image: url }],
    [
      'OpenAI’s link with detail',
      { type: 'image_url', image_url: { url: inline, detail: 'low' } },
      { type: 'image', image: inline, providerOptions: { openai: { detail: 'low' } } },
    ],
    ['a standard link', { type: 'image', url }, { type: 'image', image: url }],
    [
      'standard bytes',
      { type: 'image', data: base64, mimeType: 'image/png' },
      { type: 'image', image: base64, mediaType: 'image/png' },
    ],
    [
      'a standard link of before',
      { type: 'image', source_type: 'url', url, mime_type: 'image/png' },
      { type: 'image', image: url, mediaType: 'image/png' },
    ],
    [
      'standard bytes of before',
      { type: 'image', source_type: 'base64', data: base64, mime_type: 'image/png' },
      { type: 'image', image: base64, mediaType: 'image/png' },
    ],
    [
      'Anthropic’s bytes',
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: base64 } },
      { type: 'image', image: base64, mediaType: 'image/png' },
    ],
    ['Anthropic’s link', { type: 'image', source: { type: 'url', url } }, { type: 'image', image: url }],
    [
      'a standard file',
      { type: 'file', data: pdf.data, mimeType: pdf.mediaType, metadata: { filename: 'a.pdf' } },
      { type: 'file', ...pdf, filename: 'a.pdf' },
    ],
    [
      'OpenAI’s file',
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
      {
        type: 'file',
        data: 'data:application/pdf;base64,JVBERi0=',
        mediaType: 'application/pdf',
        filename: 'a.pdf',
      },
    ],
    [
      'Anthropic’s document',
      { type: 'document', title: 'A', source: { type: 'base64', media_type: pdf.mediaType, data: pdf.data } },
      { type: 'file', ...pdf, filename: 'A' },
    ],
    [
      'OpenAI’s sound',
      { type: 'input_audio', input_audio: { data: 'SUQz', format: 'mp3' } },
      { type: 'file', data: 'SUQz', mediaType: 'audio/mpeg' },
    ],
    [
      'a standard sound',
      { type: 'audio', data: 'SUQz', mimeType: 'audio/mpeg' },
      { type: 'file', data: 'SUQz', mediaType: 'audio/mpeg' },
    ],
    [
      'Google’s media',
      { type: 'media', mimeType: 'video/mp4', fileUri: 'https://a.example/v' },
      { type: 'file', data: 'https://a.example/v', mediaType: 'video/mp4' },
    ],
    [
      'plain text',
      { type: 'text-plain', text: 'abc', title: 'a.txt' },
      { type: 'file', data: new Uint8Array([97, 98, 99]), mediaType: 'text/plain', filename: 'a.txt' },
    ],
    [
      'a file that was uploaded',
      { type: 'file', mimeType: pdf.mediaType, data: { type: 'reference', reference: { p: 'file-1' } } },
      { type: 'file', mediaType: pdf.mediaType, data: { type: 'reference', reference: { p: 'file-1' } } },
    ],
  ];

  it.each(cases)('takes %s', async (_name, block, expected) => {
    expect(await part(block)).toEqual(expected);
  });

  it.each([
    [
      'an id that does not say whose it is',
      { type: 'file', fileId: 'file-1' },
      /^messages\[0\]\.content\[1\]: /,
    ],
    [
      'a file without its media type',
      { type: 'file', url: 'https://a.example/f' },
      /content\[1\]\.mimeType: /,
    ],
    [
      'a block of another kind',
      { type: 'tool_use', id: 'x' },
      /content\[1\]\.type: expected a block .*'tool_use'/,
    ],
  ])('refuses %s', async (_name, block, message) => {
    await expect(part(block)).rejects.toThrow(message);
  });
});

describe('an answer that goes back', () => {
  const answer: readonly ContentPart[] = [
    { type: 'reasoning', text: 'Hm.', providerOptions: { p: { signature: 'sig-1' } } },
    { type: 'text', text: 'Looking.' },
    {
      type: 'tool-call',
      toolCallId: 'c1',
      toolName: 'look',
      input: { at: 'sky' },
      providerOptions: { p: { thoughtSignature: 'sig-2' } },
    },
  ];
  const result = new ToolMessage({ tool_call_id: 'c1', content: 'blue' });

  async function said(message: BaseMessage): Promise<unknown> {
    return (await seen([new HumanMessage('Hi'), message, result]))?.[1]?.content;
  }

  it('has its signatures and its order again', async () => {
    expect(await said(await world(answer).model.invoke('Hi'))).toEqual(answer);
  });

  it('has them after a stream too', async () => {
    let whole: BaseMessage | undefined;
    for await (const chunk of await world(answer).model.stream('Hi'))
      whole = whole === undefined ? chunk : (whole as typeof chunk).concat(chunk);
    expect(whole && (await said(whole))).toEqual(answer);
  });

  it('has them after LangChain’s newer events', async () => {
    expect(await said(await world(answer).model.streamEvents('Hi'))).toEqual(answer);
  });

  it('has them after it was stored and read again', async () => {
    const stored = mapChatMessagesToStoredMessages([await world(answer).model.invoke('Hi')]);
    const [message] = mapStoredMessagesToChatMessages(JSON.parse(JSON.stringify(stored)));
    expect(message && (await said(message))).toEqual(answer);
  });

  it('is the application’s version if the application changed it', async () => {
    const message = await world(answer).model.invoke('Hi');
    message.content = 'Redacted.';
    expect(await said(message)).toEqual([
      { type: 'text', text: 'Redacted.' },
      { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: { at: 'sky' } },
    ]);
  });

  it('keeps nothing twice if the message holds everything', async () => {
    const message = await world([{ type: 'text', text: 'Hello' }]).model.invoke('Hi');
    expect(message.response_metadata['signalbox']).not.toHaveProperty('content');
  });

  it('shows a call whose arguments are no JSON as such', async () => {
    const broken: ContentPart = { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: '{"at":' };
    const message = await world([broken]).model.invoke('Hi');
    expect(message.tool_calls).toEqual([]);
    expect(message.invalid_tool_calls).toMatchObject([{ id: 'c1', name: 'look', args: '{"at":' }]);
    expect(await said(message)).toEqual([broken]);
  });
});
