import { createOpenAI } from '@ai-sdk/openai';
import { APICallError, generateText, streamText } from 'ai';
import OpenAI from 'openai';
import {
  createRouter,
  isRouterError,
  type Provider,
  type RouterOptions,
  type TargetOptions,
} from 'signalbox';
import { aiSdk, toProvider } from 'signalbox/ai-sdk';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { toFetch } from 'signalbox/openai-fetch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer, json } from '../support/fault-server.ts';
import { rejection } from '../support/requests.ts';

const apiKey = 'sk-live-Zq81mnPv44';
const prompt = 'My patient Ada Byron has diabetes';
const sentence = "Invalid value: 'bogus'. Supported values are: 'low' and 'high'.";

let server: FaultServer;
beforeAll(async () => {
  server = await faultServer();
});
afterAll(() => server.close());

type Target = TargetOptions;

const targets: readonly (readonly [string, () => Target])[] = [
  ['openai', () => target(openai({ baseURL: server.url, apiKey }))],
  ['openai responses', () => target(openai({ baseURL: server.url, apiKey, api: 'responses' }))],
  [
    'openai, injected',
    () => target(openai({ client: new OpenAI({ baseURL: server.url, apiKey, maxRetries: 0 }) })),
  ],
  ['anthropic', () => target(anthropic({ baseURL: server.url, apiKey }))],
  ['google', () => target(google({ baseURL: server.url, apiKey }))],
  ['google, the older SDK', () => target(google({ baseURL: server.url, apiKey, sdk: 'generative-ai' }))],
  ['openai-compatible', () => target(openaiCompatible({ name: 'house', baseURL: server.url, apiKey }))],
  ['ai-sdk', () => ({ ...target(aiSdk()), model: createOpenAI({ baseURL: server.url, apiKey }).chat('m') })],
];

function target(provider: Provider): Target {
  return { id: 't', provider, model: 'gemini-2.5-flash', price: { input: 1, output: 1 } };
}

const refusal = {
  message: sentence,
  type: 'invalid_request_error',
  code: 'invalid_value',
  param: 'reasoning_effort',
};
/** What a vendor says that quotes all that it got. */
const echo = { ...refusal, message: `Bad: "${prompt}" (key ${apiKey})` };

describe.each(targets)('over %s, an error', (_, make) => {
  const router = (options: Partial<RouterOptions> = {}) => createRouter({ targets: [make()], ...options });
  const failures = async (options?: Partial<RouterOptions>): Promise<readonly unknown[]> => {
    const { chat, stream } = router(options);
    return [await rejection(chat({ prompt })), await rejection(stream({ prompt }))];
  };

  it('shows the vendor’s message, code and parameter', async () => {
    server.behave(json({ error: refusal }, 400));
    for (const error of await failures()) {
      expect(String(error)).toContain(sentence);
      expect(error).toMatchObject({ kind: 'bad-request', status: 400, vendorMessage: sentence });
    }
  });

  it('hides what was sent, and keeps it for who asks', async () => {
    server.behave(json({ error: echo }, 400));
    for (const error of await failures()) {
      expect(String(error)).toContain('[redacted]');
      expect(String(error)).not.toMatch(/Ada|Pv44/);
      expect(isRouterError(error) && error.unredacted().message).toContain(prompt);
    }
  });

  it('shows all of it with errors: full, and none of it with hidden', async () => {
    server.behave(json({ error: echo }, 400));
    for (const error of await failures({ errors: 'full' })) expect(String(error)).toContain(prompt);
    for (const error of await failures({ errors: 'hidden' })) expect(String(error)).not.toContain('Bad');
  });

  it('is in the error if all targets failed', async () => {
    server.behave(json({ error: { message: 'The server is on fire today.' } }, 500));
    for (const error of await failures({ retry: false })) {
      expect(error).toMatchObject({ code: 'all-targets-failed' });
      expect(String(error)).toContain('The server is on fire today.');
      expect(isRouterError(error) && error.unredacted().message).toContain('on fire');
    }
  });
});

describe('through another library’s interface, an error', () => {
  const router = () => createRouter({ targets: [target(openai({ baseURL: server.url, apiKey }))] });
  const messages = [{ role: 'user' as const, content: prompt }];

  it.each([false, true])(
    'has the vendor’s status, code, type and parameter for the OpenAI SDK, stream: %s',
    async (stream) => {
      server.behave(json({ error: refusal }, 422));
      const client = new OpenAI({ apiKey: 'none', baseURL: 'http://signalbox/v1', fetch: toFetch(router()) });
      const error = await rejection(client.chat.completions.create({ model: 't', messages, stream }));
      expect(error).toBeInstanceOf(OpenAI.UnprocessableEntityError);
      const { message: _, ...facts } = refusal;
      expect(error).toMatchObject({ status: 422, ...facts });
      expect(String(error)).toContain(sentence);
    },
  );

  it('is an AuthenticationError for an SDK in this process, and none for a caller of the server', async () => {
    server.behave(
      json(
        {
          error: {
            message: `Incorrect API key: ${apiKey}`,
            type: 'invalid_request_error',
            code: 'invalid_api_key',
          },
        },
        401,
      ),
    );
    const client = new OpenAI({ apiKey: 'none', baseURL: 'http://signalbox/v1', fetch: toFetch(router()) });
    const error = await rejection(client.chat.completions.create({ model: 't', messages }));
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error).toMatchObject({ code: 'invalid_api_key' });
    expect(String(error)).not.toContain(apiKey);
    const remote = await toFetch(router(), { token: false })(
      new Request('http://a.example/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 't', messages }),
      }),
    );
    expect(remote.status).toBe(502);
    expect(await remote.json()).toMatchObject({ error: { code: 'upstream_auth' } });
  });

  it('has a responseBody and data for the AI SDK, without what was sent', async () => {
    server.behave(json({ error: echo }, 400));
    const model = toProvider(router())('t');
    const errors = [
      await rejection(generateText({ model, prompt })),
      await new Promise<unknown>((resolve) => {
        const stream = streamText({ model, prompt, onError: ({ error }) => resolve(error) });
        void stream.consumeStream();
      }),
    ];
    for (const error of errors) {
      if (!APICallError.isInstance(error)) throw new Error('expected an APICallError');
      expect(error.statusCode).toBe(400);
      const { message, ...facts } = JSON.parse(error.responseBody ?? '').error;
      const { message: _, ...expected } = refusal;
      expect(facts).toEqual(expected);
      expect(message).toBe('Bad: "[redacted]" (key [redacted])');
      expect(error.data).toEqual({ error: { message, ...facts } });
    }
  });
});
