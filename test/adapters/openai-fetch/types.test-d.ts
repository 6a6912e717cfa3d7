import Anthropic from '@anthropic-ai/sdk';
import { Hono } from 'hono';
import OpenAI from 'openai';
import { createRouter } from 'signalbox';
import { reportOf, routed, toFetch } from 'signalbox/openai-fetch';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expectTypeOf, it } from 'vitest';

const router = createRouter({ targets: [{ provider: scriptedProvider('a'), model: 'm', id: 'a' }] });

describe('toFetch', () => {
  it('takes a router whose names are literal', () => {
    toFetch(router, { token: ['a'] });
    // @ts-expect-error an option of routes
    toFetch(router, { interrupted: 'restart' });
  });

  it('gives a fetch that the SDKs take', () => {
    new OpenAI({ fetch: toFetch(router) });
    new Anthropic({ fetch: toFetch(router) });
    expectTypeOf(toFetch(router)).toExtend<typeof fetch>();
  });

  it('gives a handler that frameworks take, of one parameter where they look at that', () => {
    const handler = toFetch(router, { token: false });
    new Hono().all('/v1/*', (context) => handler(context.req.raw));
    expectTypeOf<Parameters<typeof handler>>().toEqualTypeOf<[request: Request]>();
  });
});

describe('routed', () => {
  it('adds call options to requests of the SDKs, and keeps their types', async () => {
    const openai = new OpenAI({ fetch: toFetch(router) });
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    const options = { session: 's', maxCost: 1 };
    const whole = openai.chat.completions.create(routed({ model: 'a', messages }, options));
    expectTypeOf(await whole).toExtend<OpenAI.ChatCompletion>();
    const stream = openai.chat.completions.create(
      routed({ model: 'a', messages, stream: true as const }, options),
    );
    expectTypeOf(await stream).toExtend<AsyncIterable<OpenAI.ChatCompletionChunk>>();
    openai.responses.create(routed({ model: 'a', input: 'Hi' }, options));
    openai.embeddings.create(routed({ model: 'a', input: 'Hi' }, options));
    new Anthropic({ fetch: toFetch(router) }).messages.create(
      routed({ model: 'a', max_tokens: 9, messages }, options),
    );
    // @ts-expect-error no such option
    routed({ model: 'a' }, { sesion: 's' });
    expectTypeOf(reportOf(await whole)?.cost).toEqualTypeOf<number | undefined>();
  });
});
