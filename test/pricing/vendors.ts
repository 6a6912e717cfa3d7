import type { Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import * as compatible from 'signalbox/openai-compatible';

/** How each vendor says what it counted: one answer as a whole, and the same as a stream. */
export interface WireAnswer {
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
const head = { id: 'c', created: 0, model: 'served' };

/** A chat completion; in the stream usage comes in a chunk of its own, after the reason why it ended. */
export function chat(usage: unknown, more: object = {}): WireAnswer {
  return {
    answer: { ...head, ...more, choices: [{ index: 0, message, finish_reason: 'stop' }], usage },
    stream: [
      {
        ...head,
        ...more,
        choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: null }],
        usage: null,
      },
      { ...head, ...more, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: null },
      { ...head, ...more, choices: [], usage },
    ],
  };
}

/** A chat completion whose stream says its usage in other places, chunk by chunk. */
export function chunks(whole: unknown, ...more: readonly object[]): WireAnswer {
  return {
    answer: { ...head, choices: [{ index: 0, message, finish_reason: 'stop' }], usage: whole },
    stream: [
      { ...head, choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: null }] },
      ...more.map((chunk) => ({
        ...head,
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
        ...chunk,
      })),
    ],
  };
}

/** A response, with more of its items and fields. */
export function response(usage: unknown, items: readonly object[] = [], more: object = {}): WireAnswer {
  const text = { type: 'output_text', text: 'Hi', annotations: [] };
  const said = { type: 'message', id: 'm', role: 'assistant', content: [text] };
  const started = { id: 'r', created_at: 0, model: 'served' };
  const whole = { ...started, status: 'completed', output: [...items, said], usage, ...more };
  return {
    answer: whole,
    stream: [
      { type: 'response.created', response: { ...started, status: 'in_progress', service_tier: 'auto' } },
      {
        type: 'response.output_item.added',
        output_index: items.length,
        item: { type: 'message', id: 'm', role: 'assistant', content: [] },
      },
      {
        type: 'response.output_text.delta',
        item_id: 'm',
        output_index: items.length,
        content_index: 0,
        delta: 'Hi',
      },
      { type: 'response.completed', response: whole },
    ],
  };
}

/** A message. In the stream the input counts come first, and the end has the counts known by then. */
export function anthropicMessage(usage: Readonly<Record<string, unknown>>, more: object = {}): WireAnswer {
  const { output_tokens, iterations, server_tool_use, output_tokens_details, ...before } = usage;
  const started = { type: 'message', id: 'm', model: 'served', role: 'assistant', content: [] };
  return {
    answer: { ...started, content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn', usage, ...more },
    stream: [
      {
        type: 'message_start',
        message: { ...started, usage: { ...before, output_tokens: output_tokens && 1 } },
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

/** An answer of Gemini. In the stream each chunk has counts of its own, and the last one has the total. */
export function gemini(
  usageMetadata: Readonly<Record<string, unknown>>,
  candidate: object = {},
  modelVersion?: string,
  headers?: Readonly<Record<string, string>>,
): WireAnswer {
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

/** One event of a stream. */
export function toEvent(event: unknown): string {
  const { type } = event as { readonly type?: string };
  return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(event)}\n\n`;
}

/** To the billionth of a US$, in which costs are kept. */
export function microsOf(cost: { readonly total: number } | undefined): number | undefined {
  return cost === undefined ? undefined : Math.round(cost.total * 1e9) / 1e3;
}
