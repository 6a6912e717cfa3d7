import { Anthropic } from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { OpenAI } from 'openai';
import type { Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import {
  azure,
  bedrock,
  cerebras,
  cloudflareGateway,
  deepseek,
  fireworks,
  githubModels,
  groq,
  litellm,
  llamacpp,
  lmstudio,
  mistral,
  moonshot,
  ollama,
  openrouter,
  qwen,
  sglang,
  together,
  vllm,
  workersAI,
  xai,
} from 'signalbox/openai-compatible';

const apiKey = 'sk-canary';

const most = {
  openai: (baseURL: string): Provider => openai({ baseURL, apiKey }),
  responses: (baseURL: string): Provider => openai({ baseURL, apiKey, api: 'responses' }),
  anthropic: (baseURL: string): Provider => anthropic({ baseURL, apiKey }),
  gemini: (baseURL: string): Provider => google({ baseURL, apiKey }),
  legacy: (baseURL: string): Provider => google({ baseURL, apiKey, sdk: 'generative-ai' }),
  azure: (baseURL: string): Provider => azure({ baseURL, apiKey }),
  bedrock: (baseURL: string): Provider => bedrock({ baseURL, apiKey }),
  deepseek: (baseURL: string): Provider => deepseek({ baseURL, apiKey }),
  groq: (baseURL: string): Provider => groq({ baseURL, apiKey }),
  mistral: (baseURL: string): Provider => mistral({ baseURL, apiKey }),
  ollama: (baseURL: string): Provider => ollama({ baseURL }),
  openrouter: (baseURL: string): Provider => openrouter({ baseURL, apiKey }),
  together: (baseURL: string): Provider => together({ baseURL, apiKey }),
  vllm: (baseURL: string): Provider => vllm({ baseURL }),
  xai: (baseURL: string): Provider => xai({ baseURL, apiKey }),
};

/** A provider of each kind and vendor, at any address. */
export const vendors = {
  ...most,
  cerebras: (baseURL: string): Provider => cerebras({ baseURL, apiKey }),
  cloudflare: (baseURL: string): Provider => cloudflareGateway({ baseURL, apiKey }),
  fireworks: (baseURL: string): Provider => fireworks({ baseURL, apiKey }),
  github: (baseURL: string): Provider => githubModels({ baseURL, apiKey }),
  litellm: (baseURL: string): Provider => litellm({ baseURL }),
  llamacpp: (baseURL: string): Provider => llamacpp({ baseURL }),
  lmstudio: (baseURL: string): Provider => lmstudio({ baseURL }),
  moonshot: (baseURL: string): Provider => moonshot({ baseURL, apiKey }),
  qwen: (baseURL: string): Provider => qwen({ baseURL, apiKey }),
  sglang: (baseURL: string): Provider => sglang({ baseURL }),
  workers: (baseURL: string): Provider => workersAI({ baseURL, apiKey }),
};

/** The same over a client of the application's own, which does what the SDK does by itself. */
export const injected: Partial<Record<keyof typeof vendors, (baseURL: string) => Provider>> = {
  openai: (baseURL) => openai({ client: new OpenAI({ baseURL, apiKey }) }),
  responses: (baseURL) => openai({ client: new OpenAI({ baseURL, apiKey }), api: 'responses' }),
  anthropic: (baseURL) => anthropic({ client: new Anthropic({ baseURL, apiKey, logLevel: 'off' }) }),
  gemini: (baseURL) =>
    google({ client: new GoogleGenAI({ apiKey, httpOptions: { baseUrl: baseURL, apiVersion: 'v1beta' } }) }),
};

export type VendorName = keyof typeof vendors;

/** For what every vendor can say. */
export const allVendors = Object.keys(most) as readonly VendorName[];

/** The older Google SDK calls the runtime's fetch by itself, and shows no headers and few codes. */
export const ownTransport = (vendor: VendorName): boolean => vendor !== 'legacy';

const data = (chunk: unknown): string => `data: ${JSON.stringify(chunk)}\n\n`;
const event = (type: string, fields: object): string => `event: ${type}\n${data({ type, ...fields })}`;

/** A stream that begins well, without a word of the answer, and then tells of an error as the vendor does. */
export function failingStream(vendor: VendorName, body: unknown): readonly string[] {
  const error = (body as { error?: object }).error ?? {};
  switch (vendor) {
    case 'anthropic':
      return [
        event('message_start', { message: { id: 'm', content: [], usage: { input_tokens: 3 } } }),
        event('ping', {}),
        event('error', { error }),
      ];
    case 'responses': {
      const response = { id: 'r', status: 'in_progress', output: [] };
      return [
        event('response.created', { response }),
        event('response.in_progress', { response }),
        event('error', { ...error }),
        event('response.failed', { response: { ...response, status: 'failed', error } }),
      ];
    }
    case 'gemini':
    case 'legacy':
      return [data({ responseId: 'g', modelVersion: 'm' }), data(body)];
    default:
      return [
        data({ id: 'c', choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] }),
        data(body),
      ];
  }
}

/** A complete answer that says `reason` for its end, in one piece and as a stream. */
export function ended(
  vendor: VendorName,
  reason: string,
  more: object = {},
): { readonly answer: unknown; readonly stream: readonly string[] } {
  switch (vendor) {
    case 'anthropic': {
      const ending = { stop_reason: reason, ...more };
      const usage = { input_tokens: 3, output_tokens: 1 };
      return {
        answer: { id: 'm', type: 'message', content: [], usage, ...ending },
        stream: [
          event('message_start', { message: { id: 'm', content: [], usage } }),
          event('message_delta', { delta: ending, usage }),
          event('message_stop', {}),
        ],
      };
    }
    case 'gemini':
    case 'legacy': {
      const answer = { candidates: [{ content: {}, finishReason: reason, ...more }] };
      return { answer, stream: [data(answer)] };
    }
    case 'responses': {
      const response = {
        id: 'r',
        status: 'incomplete',
        incomplete_details: { reason },
        output: [],
        error: null,
        ...more,
      };
      return {
        answer: response,
        stream: [event('response.created', { response }), event('response.incomplete', { response })],
      };
    }
    default: {
      const choice = { index: 0, finish_reason: reason };
      return {
        answer: { id: 'c', choices: [{ ...choice, message: { role: 'assistant', content: null, ...more } }] },
        stream: [data({ id: 'c', choices: [{ ...choice, delta: { ...more } }] }), 'data: [DONE]\n\n'],
      };
    }
  }
}
