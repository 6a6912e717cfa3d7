import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import {
  azure,
  fireworks,
  groq,
  mistral,
  moonshot,
  openrouter,
  together,
  xai,
} from 'signalbox/openai-compatible';
import { describe, expect, it } from 'vitest';
import { collect, describeBatches } from './conformance.ts';
import { anthropicVendor } from './vendors/anthropic.ts';
import { fireworksVendor } from './vendors/fireworks.ts';
import { geminiVendor } from './vendors/gemini.ts';
import { mistralVendor } from './vendors/mistral.ts';
import { openaiVendor } from './vendors/openai.ts';
import { openrouterVendor } from './vendors/openrouter.ts';
import { xaiVendor } from './vendors/xai.ts';

const apiKey = 'sk-test';
const chatsOnly = ['/v1/chat/completions'];

describeBatches({
  name: 'OpenAI over Chat Completions',
  model: 'gpt-5-mini',
  serve: openaiVendor,
  create: (url) => openai({ baseURL: `${url}/v1`, apiKey }),
  embeds: 'text-embedding-3-small',
  draws: 'gpt-image-1',
});
describeBatches({
  name: 'OpenAI over Responses',
  model: 'gpt-5-mini',
  serve: openaiVendor,
  create: (url) => openai({ baseURL: `${url}/v1`, apiKey, api: 'responses' }),
  embeds: 'text-embedding-3-small',
  draws: 'gpt-image-1',
});
describeBatches({
  name: 'Anthropic',
  model: 'claude-haiku-4-5',
  serve: anthropicVendor,
  create: (url) => anthropic({ baseURL: url, apiKey }),
  failsWhole: false, // nothing is documented for it
});
describeBatches({
  name: 'Gemini',
  model: 'gemini-3-flash',
  serve: geminiVendor,
  create: (baseURL) => google({ baseURL, apiKey }),
  creates: /:batchGenerateContent$/,
  embeds: 'gemini-embedding-001',
  draws: 'gemini-3-flash-image',
});
describeBatches({
  name: 'Gemini, from a file',
  model: 'gemini-3-flash',
  serve: geminiVendor,
  create: (baseURL) => google({ baseURL, apiKey }),
  creates: /:batchGenerateContent$/,
  embeds: 'gemini-embedding-001',
  draws: 'gemini-3-flash-image',
  providerOptions: { google: { audioTimestamp: false } },
});
describeBatches({
  name: 'Gemini with a client of the application',
  model: 'gemini-3-flash',
  serve: geminiVendor,
  create: (baseUrl) => google({ client: new GoogleGenAI({ apiKey, httpOptions: { baseUrl } }) }),
  creates: /:batchGenerateContent$/,
  draws: 'gemini-3-flash-image',
});
describeBatches({
  name: 'OpenAI with a client of the application',
  model: 'gpt-5-mini',
  serve: openaiVendor,
  create: (url) => openai({ client: new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 }) }),
  embeds: 'text-embedding-3-small',
  draws: 'gpt-image-1',
});
describeBatches({
  name: 'Azure',
  model: 'gpt-5-mini-batch',
  serve: (changes) => openaiVendor(changes, { prefix: '/openai/v1', endpoints: chatsOnly }),
  create: (url) => azure({ baseURL: `${url}/openai/v1`, apiKey }),
});
describeBatches({
  name: 'Groq',
  model: 'llama-3.3-70b-versatile',
  serve: (changes) => openaiVendor(changes, { prefix: '/openai/v1', endpoints: chatsOnly, page: undefined }),
  create: (url) => groq({ baseURL: `${url}/openai/v1`, apiKey }),
});
describeBatches({
  name: 'Together AI',
  model: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
  serve: (changes) =>
    openaiVendor(changes, {
      endpoints: chatsOnly,
      uploads: '/files/upload',
      purpose: 'batch-api',
      fields: ['file_name', 'file_type'],
      shortLines: true,
      metadata: false,
      jobs: true,
      page: undefined,
    }),
  create: (url) => together({ baseURL: `${url}/v1`, apiKey }),
});
describeBatches({
  name: 'Moonshot',
  model: 'kimi-k2',
  serve: (changes) => openaiVendor(changes, { endpoints: chatsOnly }),
  create: (url) => moonshot({ baseURL: `${url}/v1`, apiKey }),
});
describeBatches({
  name: 'Mistral',
  model: 'mistral-small-latest',
  serve: mistralVendor,
  create: (url) => mistral({ baseURL: `${url}/v1`, apiKey }),
  creates: /^POST .*jobs$/,
  embeds: 'mistral-embed',
});
describeBatches({
  name: 'xAI',
  model: 'grok-4-fast',
  serve: xaiVendor,
  create: (url) => xai({ baseURL: `${url}/v1`, apiKey }),
  draws: 'grok-2-image',
});
describeBatches({
  name: 'Fireworks',
  model: 'accounts/fireworks/models/llama-v3p1-8b-instruct',
  serve: fireworksVendor,
  create: (url) => fireworks({ baseURL: `${url}/inference/v1`, apiKey }),
  creates: /^POST .*batchInferenceJobs$/,
  cancels: false,
});
describeBatches({
  name: 'OpenRouter',
  model: 'openai/gpt-5-mini',
  serve: openrouterVendor,
  create: (url) => openrouter({ baseURL: `${url}/api/v1`, apiKey }),
  embeds: 'openai/text-embedding-3-small',
  cancels: false,
});

describe('a batch that OpenAI fails as a whole', () => {
  const submitted = async (failure: { readonly code: string; readonly line?: number }) => {
    const vendor = await openaiVendor({ failWhole: () => failure });
    const batches = await openai({ baseURL: `${vendor.url}/v1`, apiKey }).batches?.();
    if (batches === undefined) throw new Error('no batches');
    const { signal } = new AbortController();
    const body = JSON.stringify({ model: 'gpt-5-mini', messages: [] });
    const items = ['a', 'b'].map((id) => ({ id, body }));
    const plan = { id: 'own', kind: 'chat', model: 'gpt-5-mini', items } as const;
    const id = await batches.submit(plan, { signal });
    const trace = { ...plan, items: ['a', 'b'], submittedAt: 0 };
    const read = () => collect(batches.results(id, trace, { signal }));
    return { vendor, status: await batches.status(id, { signal }), read };
  };

  it('names the request on the faulty line, and the others were not run', async () => {
    const { vendor, status, read } = await submitted({ code: 'invalid_request', line: 2 });
    expect(status.state).toBe('ended');
    const answers = Object.fromEntries((await read()).map(({ id, error }) => [id, error]));
    expect(answers['b']).toMatchObject({ kind: 'bad-request' });
    expect(answers['a']).toMatchObject({ vendorCode: 'batch_not_run' });
    await vendor.close();
  });

  it('is refused, to be submitted later, where the queue is full', async () => {
    const { vendor, status } = await submitted({ code: 'token_limit_exceeded' });
    expect(status).toMatchObject({ state: 'refused', error: { kind: 'rate-limit' } });
    await vendor.close();
  });
});

describe('a file that Azure has not processed yet', () => {
  it('is used once it has been, and sent only once', async () => {
    const vendor = await openaiVendor({}, { prefix: '/openai/v1', endpoints: chatsOnly, pendingReads: 2 });
    const batches = await azure({ baseURL: `${vendor.url}/openai/v1`, apiKey }).batches?.();
    if (batches === undefined) throw new Error('no batches');
    const { signal } = new AbortController();
    const items = [{ id: 'a', body: JSON.stringify({ model: 'm', messages: [] }) }];
    const plan = { id: 'own', kind: 'chat', model: 'm', items } as const;
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(batches.submit(plan, { signal })).rejects.toMatchObject({
        kind: 'overloaded',
        vendorCode: 'file_pending',
      });
    await batches.submit(plan, { signal });
    expect(vendor.batches).toHaveLength(1);
    expect(vendor.calls.filter((route) => route === 'POST /openai/v1/files')).toHaveLength(1);
    await vendor.close();
  });
});
