import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import type { Provider } from 'signalbox';
import { aiSdk } from 'signalbox/ai-sdk';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import * as compatible from 'signalbox/openai-compatible';

/** What a provider is made with: an address on loopback, or a `fetch` that answers without one. */
export interface Connection {
  readonly baseURL: string;
  readonly fetch?: typeof globalThis.fetch;
}

const apiKey = 'sk-test';

/** The ways to a vendor that entries can name, each with the real factory. */
export const interfaces = {
  openai: (at) => openai({ ...at, apiKey }),
  'openai-responses': (at) => openai({ ...at, apiKey, api: 'responses' }),
  anthropic: (at) => anthropic({ ...at, apiKey }),
  google: (at) => google({ ...at, apiKey }),
  'google-legacy': ({ baseURL }) => google({ baseURL, apiKey, sdk: 'generative-ai' }),
  'ai-sdk-anthropic': (at) => aiSdk({ provider: createAnthropic({ ...at, apiKey }) }),
  'ai-sdk-google': (at) => aiSdk({ provider: createGoogle({ ...at, apiKey }) }),
  'ai-sdk-openai': (at) => aiSdk({ provider: createOpenAI({ ...at, apiKey }) }),
  compatible: (at) => compatible.openaiCompatible({ ...at, apiKey, name: 'compatible' }),
  azure: (at) => compatible.azure({ ...at, apiKey }),
  deepseek: (at) => compatible.deepseek({ ...at, apiKey }),
  groq: (at) => compatible.groq({ ...at, apiKey }),
  mistral: (at) => compatible.mistral({ ...at, apiKey }),
  moonshot: (at) => compatible.moonshot({ ...at, apiKey }),
  openrouter: (at) => compatible.openrouter({ ...at, apiKey }),
  perplexity: (at) => compatible.perplexity({ ...at, apiKey }),
  qwen: (at) => compatible.qwen({ ...at, apiKey }),
  together: (at) => compatible.together({ ...at, apiKey }),
  vertex: (at) => compatible.vertex({ ...at, apiKey }),
  workersAI: (at) => compatible.workersAI({ ...at, apiKey }),
  xai: (at) => compatible.xai({ ...at, apiKey }),
} satisfies Record<string, (at: Connection) => Provider>;

export type InterfaceName = keyof typeof interfaces;

/** Chat Completions: read past OpenAI's SDK, and without one. */
export const chatCompletions = ['openai', 'compatible'] as const satisfies readonly InterfaceName[];
