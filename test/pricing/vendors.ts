import type { Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import * as compatible from 'signalbox/openai-compatible';

/** How each vendor says what it counted: one answer as a whole, and the same as a stream. */
export interface Told {
  readonly answer: unknown;
  readonly stream: readonly unknown[];
  readonly headers?: Readonly<Record<string, string>>;
}

const apiKey = 'sk-test';

export const providers = {
  openai: (url) => openai({ baseURL: `${url}/v1`, apiKey }),
  responses: (url) => openai({ baseURL: `${url}/v1`, apiKey, api: 'responses' }),
  anthropic: (url) => anthropic({ baseURL: url, apiKey }),
  google: (url) => google({ baseURL: url, apiKey }),
  googleLegacy: (url) => google({ baseURL: url, apiKey, sdk: 'generative-ai' }),
  house: (url) => compatible.openaiCompatible({ name: 'house', baseURL: url }),
  declared: (url) =>
    compatible.openaiCompatible({
      name: 'house',
      baseURL: url,
      quirks: { usage: { reasoning: 'beside', cache: 'beside', cost: true } },
    }),
  azure: (url) => compatible.azure({ baseURL: url, apiKey }),
  bedrock: (url) => compatible.bedrock({ baseURL: url, apiKey }),
  deepseek: (url) => compatible.deepseek({ baseURL: url, apiKey }),
  groq: (url) => compatible.groq({ baseURL: url, apiKey }),
  litellm: (url) => compatible.litellm({ baseURL: url, apiKey }),
  mistral: (url) => compatible.mistral({ baseURL: url, apiKey }),
  moonshot: (url) => compatible.moonshot({ baseURL: url, apiKey }),
  openrouter: (url) => compatible.openrouter({ baseURL: url, apiKey }),
  perplexity: (url) => compatible.perplexity({ baseURL: url, apiKey }),
  qwen: (url) => compatible.qwen({ baseURL: url, apiKey }),
  vertex: (url) => compatible.vertex({ baseURL: url, apiKey }),
  xai: (url) => compatible.xai({ baseURL: url, apiKey }),
} satisfies Record<string, (url: string) => Provider>;

export type ProviderName = keyof typeof providers;

const message = { role: 'assistant', content: 'Hi' };

/** A chat completion; in the stream usage comes in a chunk of its own, after the reason why it ended. */
export function chat(usage: unknown, more: object = {}): Told {
  return {
    answer: { id: 'c', ...more, choices: [{ message, finish_reason: 'stop' }], usage },
    stream: [
      { id: 'c', ...more, choices: [{ delta: { content: 'Hi' }, finish_reason: null }], usage: null },
      { id: 'c', ...more, choices: [{ delta: {}, finish_reason: 'stop' }], usage: null },
      { id: 'c', ...more, choices: [], usage },
    ],
  };
}

/** A chat completion whose stream says its usage in other places, chunk by chunk. */
export function chunks(whole: unknown, ...more: readonly object[]): Told {
  return {
    answer: { id: 'c', choices: [{ message, finish_reason: 'stop' }], usage: whole },
    stream: [
      { id: 'c', choices: [{ delta: { content: 'Hi' }, finish_reason: null }] },
      ...more.map((chunk) => ({ id: 'c', choices: [{ delta: {}, finish_reason: 'stop' }], ...chunk })),
    ],
  };
}

/** A response, with more of its items and fields. */
export function response(usage: unknown, items: readonly object[] = [], more: object = {}): Told {
  const said = { type: 'message', id: 'm', content: [{ type: 'output_text', text: 'Hi', annotations: [] }] };
  const whole = { id: 'r', status: 'completed', output: [...items, said], usage, ...more };
  return {
    answer: whole,
    stream: [
      { type: 'response.created', response: { id: 'r', status: 'in_progress', service_tier: 'auto' } },
      { type: 'response.output_text.delta', item_id: 'm', content_index: 0, delta: 'Hi' },
      { type: 'response.completed', response: whole },
    ],
  };
}

/** A message. In the stream the input is told first, and the end tells what is known by then. */
export function anthropicMessage(usage: Readonly<Record<string, unknown>>, more: object = {}): Told {
  const { output_tokens, iterations, server_tool_use, output_tokens_details, ...before } = usage;
  return {
    answer: { content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn', usage, ...more },
    stream: [
      {
        type: 'message_start',
        message: { id: 'm', usage: { ...before, output_tokens: output_tokens && 1 } },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', ...more },
        usage: { output_tokens, iterations, server_tool_use, output_tokens_details },
      },
      { type: 'message_stop' },
    ],
  };
}

/** An answer of Gemini. In the stream each chunk counts anew, and the last one says all. */
export function gemini(
  usageMetadata: Readonly<Record<string, unknown>>,
  candidate: object = {},
  modelVersion?: string,
  headers?: Readonly<Record<string, string>>,
): Told {
  const content = { role: 'model', parts: [{ text: 'Hi' }] };
  const { promptTokenCount } = usageMetadata;
  return {
    answer: { candidates: [{ content, finishReason: 'STOP', ...candidate }], usageMetadata, modelVersion },
    stream: [
      { candidates: [{ content }], usageMetadata: { promptTokenCount }, modelVersion },
      {
        candidates: [{ content: { role: 'model', parts: [] }, finishReason: 'STOP', ...candidate }],
        usageMetadata,
        modelVersion,
      },
    ],
    ...(headers === undefined ? {} : { headers }),
  };
}
