import { generateText } from 'ai';
import OpenAI from 'openai';
import { createRouter } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { reportOf, routed, toFetch } from 'signalbox/openai-fetch';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { rejection } from '../support/requests.ts';

const price = { input: 1, output: 1 };
const answer = () => Array(9).fill({ text: ['Hi'] });
const router = createRouter({
  targets: [
    { provider: scriptedProvider('openai', answer()), model: 'gpt-5-mini', price },
    { provider: scriptedProvider('google', answer()), model: 'gemini', id: 'flash', price },
    { provider: scriptedProvider('a', answer()), model: 'shared', price },
    { provider: scriptedProvider('b', answer()), model: 'shared', price },
  ],
  routes: { fast: { targets: ['flash'] } },
});
const aliases = { 'gpt-4o': 'fast', best: 'openai/gpt-5-mini' } as const;
const messages = [{ role: 'user' as const, content: 'Hi' }];

const faces: readonly (readonly [string, (model: string) => Promise<string>])[] = [
  [
    'the OpenAI SDK',
    async (model) => {
      const fetch = toFetch(router, { aliases });
      const client = new OpenAI({ apiKey: 'none', baseURL: 'http://signalbox/v1', fetch, maxRetries: 0 });
      const completion = await client.chat.completions.create({ model, messages });
      return reportOf(completion)?.target ?? '';
    },
  ],
  [
    'the AI SDK',
    async (model) => {
      const ai = toProvider(router, { aliases });
      const { providerMetadata } = await generateText({ model: ai(model as 'fast'), prompt: 'Hi' });
      return String(providerMetadata?.['signalbox']?.['target']);
    },
  ],
];

describe.each(faces)('a model name through %s', (_, ask) => {
  it.each([
    ['a route', 'fast', 'flash'],
    ['a target', 'flash', 'flash'],
    ['the default', 'default', 'openai/gpt-5-mini'],
    ['the vendor’s name of a model', 'gpt-5-mini', 'openai/gpt-5-mini'],
    ['the vendor’s name, where the target has an id', 'gemini', 'flash'],
    ['an alias of a route', 'gpt-4o', 'flash'],
    ['an alias of a target', 'best', 'openai/gpt-5-mini'],
  ])('can be %s', async (__, model, target) => {
    expect(await ask(model)).toBe(target);
  });

  it('that several targets have names them', async () => {
    expect(String(await rejection(ask('shared')))).toContain('is several targets: a/shared, b/shared');
  });

  it.each([
    ['gpt-5-mimi', 'gpt-5-mini'],
    ['Flash', 'flash'],
    ['fats', 'fast'],
    ['gemni', 'gemini'],
  ])('%s that does not exist suggests a similar name', async (model, meant) => {
    const error = String(await rejection(ask(model)));
    expect(error).toContain(
      `'${model}' (did you mean '${meant}'?); there are default, fast, openai/gpt-5-mini, flash`,
    );
  });

  it('similar to no known name only lists the known ones', async () => {
    const error = String(await rejection(ask('claude-opus')));
    expect(error).not.toContain('did you mean');
    expect(error).toContain('there are default');
  });
});

describe('aliases', () => {
  it.each([
    [{ x: 'nope' }, "aliases['x']: expected one of default, fast"],
    [{ fast: 'flash' }, "aliases['fast']: expected a name that is not a route or target"],
  ])('are refused where they mean nothing: %j', (wrong, message) => {
    expect(() => toFetch(router, { aliases: wrong })).toThrow(message);
    expect(() => toProvider(router, { aliases: wrong })).toThrow(message);
  });

  it('are models for GET /models', async () => {
    const client = new OpenAI({
      apiKey: 'none',
      baseURL: 'http://signalbox/v1',
      fetch: toFetch(router, { aliases }),
    });
    expect((await client.models.list()).data.map(({ id }) => id)).toContain('gpt-4o');
    expect(await client.models.retrieve('gpt-4o')).toMatchObject({ owned_by: 'signalbox' });
  });
});

describe('routed() and reportOf()', () => {
  it('pass call options to the router, and its report back', async () => {
    const client = new OpenAI({ apiKey: 'none', baseURL: 'http://signalbox/v1', fetch: toFetch(router) });
    const only = ['flash'];
    const request = { model: 'default', messages };
    const completion = await client.chat.completions.create(routed(request, { only }));
    expect(reportOf(completion)).toEqual({ target: 'flash', cost: expect.any(Number), attempts: 1 });
    const input = { model: 'default', input: 'Hi', stream: true as const };
    const events = [];
    for await (const event of await client.responses.create(routed(input, { only }))) events.push(event);
    expect(reportOf(events.at(-1) ?? {})?.target).toBe('flash');
    expect(reportOf({ choices: [] })).toBeUndefined();
  });
});
