import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import { describe, expect, it } from 'vitest';
import { collect, describeBatches } from './conformance.ts';
import { anthropicVendor } from './vendors/anthropic.ts';
import { openaiVendor } from './vendors/openai.ts';

const apiKey = 'sk-test';

describeBatches({
  name: 'OpenAI over Chat Completions',
  model: 'gpt-5-mini',
  serve: openaiVendor,
  create: (url) => openai({ baseURL: `${url}/v1`, apiKey }),
  embeds: true,
});
describeBatches({
  name: 'OpenAI over Responses',
  model: 'gpt-5-mini',
  serve: openaiVendor,
  create: (url) => openai({ baseURL: `${url}/v1`, apiKey, api: 'responses' }),
  embeds: true,
});
describeBatches({
  name: 'Anthropic',
  model: 'claude-haiku-4-5',
  serve: anthropicVendor,
  create: (url) => anthropic({ baseURL: url, apiKey }),
  embeds: false,
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
