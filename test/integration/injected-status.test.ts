import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { createRouter, type Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { turns, until } from '../faults/stage.ts';
import { type Behaviour, faultServer } from '../support/fault-server.ts';
import { read } from '../support/requests.ts';

/** A refusal whose body never ends. */
const endless: Behaviour = (response) => {
  response.writeHead(503, { 'content-type': 'application/json' });
  response.write('{"error":{"message":"overloa');
};

const apiKey = 'sk-canary-0123456789';
const injected: Readonly<Record<string, (url: string) => Provider>> = {
  openai: (url) => openai({ client: new OpenAI({ apiKey, baseURL: `${url}/v1` }) }),
  'openai-responses': (url) =>
    openai({ client: new OpenAI({ apiKey, baseURL: `${url}/v1` }), api: 'responses' }),
  anthropic: (baseURL) => anthropic({ client: new Anthropic({ apiKey, baseURL }) }),
  google: (baseUrl) => google({ client: new GoogleGenAI({ apiKey, httpOptions: { baseUrl } }) }),
};

describe.each(Object.entries(injected))('an injected client of %s', (_, create) => {
  it.each(['chat', 'stream'] as const)(
    'that keeps a status until its body ends holds no %s: another target is asked as well',
    async (how) => {
      const server = await faultServer(endless);
      const clock = virtualClock();
      const router = createRouter({
        targets: [
          { id: 'a', provider: create(server.url), model: 'm' },
          { id: 'b', provider: scriptedProvider('b', [{}], clock), model: 'm' },
        ],
        clock,
        catalog: false,
      });
      const ask = { prompt: 'Hi' };
      const answer =
        how === 'chat'
          ? router.chat(ask)
          : router.stream(ask).then((stream) => read(stream).then(() => stream.result));
      await until(() => server.received.length === 1);
      await turns();
      await clock.advance(10_000);
      expect((await answer).target).toBe('b');
      await router.close();
      await server.close();
    },
  );
});
