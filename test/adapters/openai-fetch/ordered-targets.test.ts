import OpenAI from 'openai';
import { createRouter } from 'signalbox';
import { type ToFetchOptions, toFetch } from 'signalbox/openai-fetch';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';

const price = { input: 1, output: 1 };

function stage(options?: ToFetchOptions) {
  const targets = ['a', 'b', 'c'].map((id) => ({
    provider: scriptedProvider(id, [id === 'b' ? { error: { kind: 'server', status: 500 } } : { text: id }]),
    model: 'm',
    id,
    price,
  }));
  const router = createRouter({ targets, retry: false, log: false });
  const client = new OpenAI({
    apiKey: 'token',
    baseURL: 'http://signalbox/v1',
    fetch: toFetch(router, options),
    maxRetries: 0,
  });
  return async (ids: readonly string[]): Promise<string | null | undefined> => {
    const body = {
      model: 'default',
      messages: [{ role: 'user' as const, content: 'Hi' }],
      signalbox: { targets: ids },
    };
    const { choices } = await client.chat.completions.create(body);
    return choices[0]?.message.content;
  };
}

describe('signalbox.targets', () => {
  it('are tried in their order', async () => {
    expect(await stage()(['b', 'c', 'a'])).toBe('c');
  });

  it('are those that the token allows', async () => {
    const ask = stage({ token: () => ({ only: ['a', 'b'] }) });
    expect(await ask(['c', 'b', 'a'])).toBe('a');
    await expect(ask(['c'])).rejects.toMatchObject({ status: 400, param: 'signalbox.targets' });
  });

  it.each([[[]], [['nope']]])('are refused as %j', async (ids) => {
    await expect(stage()(ids)).rejects.toMatchObject({ status: 400 });
  });
});
