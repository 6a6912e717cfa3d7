import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer, json } from '../support/fault-server.ts';

describe('options for one of OpenAI’s interfaces alone', () => {
  let server: FaultServer;
  beforeEach(async () => {
    server = await faultServer(json({}));
  });
  afterEach(() => server.close());

  it.each([
    ['chat-completions', { user: 'u', verbosity: 'low' }],
    ['responses', { user: 'u', truncation: 'auto' }],
  ] as const)('reach targets that speak %s, beside those for both', async (api, own) => {
    const provider = openai({ baseURL: server.url, apiKey: 'sk-0123456789', api });
    const router = createRouter({
      targets: [{ provider, model: 'm', price: { input: 1, output: 1 } }],
      retry: false,
    });
    const providerOptions = {
      openai: { user: 'u' },
      'openai.chat': { verbosity: 'low' },
      'openai.responses': { truncation: 'auto' },
    };
    await router.chat({ prompt: 'Hi', providerOptions }).catch(() => {}); // what it sends is all that counts
    const sent = Object.entries(server.received[0]?.body ?? {});
    const question = ['model', 'messages', 'input'];
    expect(Object.fromEntries(sent.filter(([field]) => !question.includes(field)))).toEqual(own);
  });
});
