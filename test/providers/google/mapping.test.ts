import type { ContentPart, ProviderCall } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { Accumulator } from '../../../src/core/calls/stream/accumulate.ts';
import { toRequest } from '../../../src/providers/google/chat/request.ts';
import { toResult } from '../../../src/providers/google/chat/response.ts';
import { chunkReader } from '../../../src/providers/google/chat/stream.ts';
import { noHeaders } from '../../../src/transport/headers.ts';

const call = (more: Partial<ProviderCall>): ProviderCall => ({
  model: 'gemini-2.5-flash',
  messages: [{ role: 'user', content: 'Hi' }],
  signal: new AbortController().signal,
  ...more,
});

const parts = [
  { text: 'hm', thought: true, thoughtSignature: 's1' },
  { executableCode: { language: 'PYTHON', code: '1+1' } },
  { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '2' } },
  { functionCall: { id: 'c1', name: 'look', args: { at: 'sky' } }, thoughtSignature: 's2' },
  { inlineData: { mimeType: 'image/png', data: 'aaaa' } },
  { text: 'Blue.', thoughtSignature: 's3' },
];
const groundingMetadata = { groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }] };
const answer = { candidates: [{ content: { parts }, finishReason: 'STOP', groundingMetadata }] };
const whole = toResult(answer, noHeaders, []).content;

function streamed(): readonly ContentPart[] {
  const reader = chunkReader(noHeaders);
  const collected = new Accumulator();
  const chunks = [
    ...parts.map((part) => ({ candidates: [{ content: { parts: [part] } }] })),
    { candidates: [{ finishReason: 'STOP', groundingMetadata }] },
  ];
  for (const part of [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end(false)])
    if (part.type !== 'response' && part.type !== 'finish') collected.add(part);
  return collected.content();
}

describe('everything in an answer', () => {
  it('becomes parts: thoughts and signatures, code that was run, files, calls, sources', () => {
    expect(whole).toEqual([
      { type: 'reasoning', text: 'hm', providerOptions: { google: { thoughtSignature: 's1' } } },
      expect.objectContaining({ type: 'tool-call', toolName: 'code_execution', providerExecuted: true }),
      expect.objectContaining({ type: 'tool-result', toolName: 'code_execution', providerExecuted: true }),
      {
        type: 'tool-call',
        toolCallId: 'c1',
        toolName: 'look',
        input: { at: 'sky' },
        providerOptions: { google: { thoughtSignature: 's2' } },
      },
      { type: 'file', data: 'aaaa', mediaType: 'image/png' },
      { type: 'text', text: 'Blue.', providerOptions: { google: { thoughtSignature: 's3' } } },
      { type: 'source', sourceType: 'url', id: 'https://a.example', url: 'https://a.example', title: 'A' },
    ]);
  });

  it('becomes the same parts from a stream', () => {
    expect(streamed()).toEqual(whole);
  });

  it.each([['whole', whole] as const, ['streamed', streamed()] as const])(
    'goes back as it came (%s)',
    (_, content) => {
      const { body } = toRequest(call({ messages: [{ role: 'assistant', content }] }));
      expect(body.contents).toEqual([{ role: 'model', parts }]);
    },
  );
});

describe('calls without an id', () => {
  it('get one each, so that results can be matched', () => {
    const { content } = toResult(
      {
        candidates: [
          {
            content: { parts: [{ functionCall: { name: 'a' } }, { functionCall: { name: 'a' } }] },
            finishReason: 'STOP',
          },
        ],
      },
      noHeaders,
      [],
    );
    const ids = content.map((part) => (part.type === 'tool-call' ? part.toolCallId : ''));
    expect(new Set(ids).size).toBe(2);
    expect(content[0]).toMatchObject({ input: {} });
  });
});

describe('ends', () => {
  it.each(['SAFETY', 'RECITATION', 'PROHIBITED_CONTENT', 'SPII', 'IMAGE_SAFETY'])(
    '%s is a withheld answer',
    (finishReason) => {
      expect(toResult({ candidates: [{ finishReason }] }, noHeaders, []).finishReason).toBe('content-filter');
    },
  );

  it.each(['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'OTHER'])(
    '%s without an answer is a failure that blames no target',
    (finishReason) => {
      for (const read of [
        () => toResult({ candidates: [{ finishReason }] }, noHeaders, []),
        () => {
          const reader = chunkReader(noHeaders);
          reader.push({ candidates: [{ finishReason }] });
          reader.end(false);
        },
      ]) {
        try {
          read();
        } catch (error) {
          expect(error).toMatchObject({ kind: 'malformed', scope: 'request', vendorCode: finishReason });
          continue;
        }
        throw new Error('was taken for an answer');
      }
    },
  );
});

describe('requests', () => {
  it('leave out thoughts of other vendors', () => {
    const content: ContentPart[] = [
      { type: 'reasoning', text: 'hm', providerOptions: { anthropic: { signature: 'x' } } },
      { type: 'text', text: 'Hi' },
    ];
    const { body } = toRequest(call({ messages: [{ role: 'assistant', content }] }));
    expect(body.contents).toEqual([{ role: 'model', parts: [{ text: 'Hi' }] }]);
  });

  it('send effort as a budget to older models and as a level to newer ones', () => {
    const config = (model: string, reasoning: 'none' | 'low' | 'max') =>
      toRequest(call({ model, reasoning })).body.generationConfig['thinkingConfig'];
    expect(config('gemini-2.5-flash', 'low')).toEqual({ includeThoughts: true, thinkingBudget: 1_024 });
    expect(config('gemini-2.5-flash', 'none')).toEqual({ includeThoughts: false, thinkingBudget: 0 });
    expect(config('gemini-3-pro', 'max')).toEqual({ includeThoughts: true, thinkingLevel: 'HIGH' });
  });

  it('warn where a model cannot but think', () => {
    expect(toRequest(call({ model: 'gemini-3-pro', reasoning: 'none' })).warnings).toMatchObject([
      { type: 'changed', feature: 'reasoning' },
    ]);
  });

  it('carry the vendor’s own tools by their names on the wire', () => {
    const tools = [
      { type: 'provider', id: 'google.google_search', name: 'google_search', args: {} },
      { type: 'provider', id: 'openai.web_search', name: 'web_search', args: {} },
    ] as const;
    const { body, warnings } = toRequest(call({ tools }));
    expect(body.tools).toEqual([{ googleSearch: {} }]);
    expect(warnings).toMatchObject([{ feature: 'tool openai.web_search' }]);
  });
});
