import Anthropic from '@anthropic-ai/sdk';
import { Hono } from 'hono';
import OpenAI from 'openai';
import { createRouter } from 'signalbox';
import { toFetch } from 'signalbox/openai-fetch';
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
