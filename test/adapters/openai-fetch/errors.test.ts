import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { createRouter, type Policies, type ProviderErrorKind, type RouterOptions } from 'signalbox';
import { type Script, scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { clients } from './clients.ts';

const price = { input: 1, output: 1 };
const messages = [{ role: 'user' as const, content: 'Hello' }];

function stage(scripts: readonly Script[], options: Policies & Pick<RouterOptions, 'clock' | 'queue'> = {}) {
  const provider = scriptedProvider('openai', scripts);
  const target = { provider, model: 'm', id: 't', price };
  const router = createRouter({ maxAttempts: 1, ...options, targets: [target] });
  return { ...clients(router), provider, router };
}

describe('an error of the router', () => {
  it.each([
    ['rate-limit', 429, 'rate_limit_exceeded', 429],
    ['quota', 429, 'insufficient_quota', 429],
    ['overloaded', 503, 'overloaded', 529],
    ['server', 502, 'upstream_error', 502],
    ['network', 502, 'upstream_error', 502],
    ['timeout', 504, 'upstream_timeout', 504],
    ['auth', 502, 'upstream_auth', 502],
    ['not-found', 502, 'upstream_not_found', 502],
    ['bad-request', 400, 'upstream_refused', 400],
    ['context-length', 400, 'context_length_exceeded', 400],
    ['content-filter', 400, 'content_filter', 400],
    ['malformed', 502, 'upstream_error', 502],
  ] as [ProviderErrorKind, number, string, number][])(
    'of kind %s has the status %i and the code %s',
    async (kind, status, code, anthropicStatus) => {
      const { openai, anthropic, provider, answers } = stage([{ error: { kind } }]);
      const asking = openai.chat.completions.create({ model: 't', messages });
      await expect(asking).rejects.toMatchObject({ status, code });
      expect(answers[0]?.headers.get('x-signalbox-attempts')).toBe('1');
      // Without this header the SDK would retry, although the router already has.
      expect(provider.calls).toHaveLength(1);
      const other = stage([{ error: { kind } }]).anthropic;
      await expect(other.messages.create({ model: 't', max_tokens: 9, messages })).rejects.toMatchObject({
        status: anthropicStatus,
      });
      expect(anthropic.baseURL).toBe('http://signalbox');
    },
  );

  it('is of the class that the SDK has for it', async () => {
    const { openai, anthropic } = stage([{ error: { kind: 'rate-limit', status: 429 } }], {
      queue: { size: 0 },
    });
    const asking = openai.chat.completions.create({ model: 't', messages });
    await expect(asking).rejects.toBeInstanceOf(OpenAI.RateLimitError);
    const other = anthropic.messages.create({ model: 'x', max_tokens: 9, messages });
    await expect(other).rejects.toBeInstanceOf(Anthropic.NotFoundError);
  });

  it('includes a retry time', async () => {
    const { openai, answers } = stage([{ error: { kind: 'rate-limit', status: 429, retryAfter: 60_000 } }]);
    await expect(openai.chat.completions.create({ model: 't', messages })).rejects.toMatchObject({
      status: 429,
    });
    await expect(openai.chat.completions.create({ model: 't', messages })).rejects.toMatchObject({
      code: 'no_target',
    });
    for (const { headers } of answers) {
      const seconds = Number(headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(50);
      expect(seconds).toBeLessThanOrEqual(60);
    }
  });

  it('is a 400 where no target can ever take the request', async () => {
    const provider = { ...scriptedProvider('openai'), capabilities: () => ({ images: false }) };
    const { openai } = clients(createRouter({ targets: [{ provider, model: 'm', price }] }));
    const image_url = { url: 'data:image/png;base64,AAAA' };
    const content = [{ type: 'image_url' as const, image_url }];
    const asking = openai.chat.completions.create({
      model: 'default',
      messages: [{ role: 'user', content }],
    });
    await expect(asking).rejects.toMatchObject({
      status: 400,
      code: 'no_capable_target',
      message: expect.stringContaining('images'),
    });
  });

  it('is a 504 where the request’s own time is over', async () => {
    const clock = virtualClock();
    const { openai } = stage([{ hang: true }], { clock });
    const body = { model: 't', messages, signalbox: { timeout: { request: 1000 } } };
    const asking = openai.chat.completions.create(body).catch((error: unknown) => error);
    await clock.advance(1000);
    expect(await asking).toMatchObject({ status: 504, code: 'deadline_exceeded' });
  });

  it('is a 502 where the answer is not of the schema', async () => {
    const { openai } = stage([{ text: 'no' }]);
    const response_format = { type: 'json_object' as const };
    const asking = openai.chat.completions.create({ model: 't', messages, response_format });
    await expect(asking).rejects.toMatchObject({ status: 502, code: 'invalid_output' });
  });

  it('is a 503 where the router is closed', async () => {
    const { openai, router } = stage([{}]);
    await router.close();
    const asking = openai.chat.completions.create({ model: 't', messages });
    await expect(asking).rejects.toMatchObject({ status: 503, code: 'router_closed' });
  });

  it('hides details of errors that are not the router’s', async () => {
    const accept = () => {
      throw new Error('canary-secret');
    };
    const { openai } = stage([{}], { accept });
    const error: unknown = await openai.chat.completions.create({ model: 't', messages }).catch((why) => why);
    expect(error).toMatchObject({ status: 500, code: 'internal_error' });
    expect(String(error)).not.toContain('canary');
  });
});

describe('an unknown model', () => {
  it('is a 404', async () => {
    const { openai } = stage([{}]);
    const asking = openai.chat.completions.create({ model: 'gpt-5', messages });
    await expect(asking).rejects.toMatchObject({ status: 404, code: 'model_not_found', param: 'model' });
  });

  it('is not repeated where it could be anything', async () => {
    const { openai } = stage([{}]);
    const error = await openai.chat.completions.create({ model: 'a secret\nprompt', messages }).catch(String);
    expect(error).not.toContain('secret');
  });
});

describe('GET /models', () => {
  it('lists routes and targets', async () => {
    const targets = [
      { provider: scriptedProvider('openai'), model: 'm', price },
      { provider: scriptedProvider('google'), model: 'g', id: 'flash', price },
    ] as const;
    const { openai } = clients(createRouter({ targets, routes: { fast: { targets: ['flash'] } } }));
    const { data } = await openai.models.list();
    const created = 0;
    const object = 'model';
    expect(data).toEqual([
      { id: 'default', object, created, owned_by: 'signalbox' },
      { id: 'fast', object, created, owned_by: 'signalbox' },
      { id: 'openai/m', object, created, owned_by: 'openai' },
      { id: 'flash', object, created, owned_by: 'google' },
    ] satisfies OpenAI.Model[]);
    expect(await openai.models.retrieve('openai/m')).toMatchObject({ id: 'openai/m' });
    await expect(openai.models.retrieve('nope')).rejects.toMatchObject({ status: 404 });
  });

  it('are what may be asked, and default leaves the choice to the router', async () => {
    const first = scriptedProvider('a');
    const second = scriptedProvider('b');
    const targets = [
      { provider: first, model: 'm', id: 'a', price },
      { provider: second, model: 'm', id: 'b', price },
    ] as const;
    const router = createRouter({ targets, routes: { other: { targets: ['b'] } }, select: () => 'other' });
    const { openai, answers } = clients(router);
    for (const model of ['a', 'other', 'default']) await openai.chat.completions.create({ model, messages });
    expect(answers.map(({ headers }) => headers.get('x-signalbox-target'))).toEqual(['a', 'b', 'b']);
  });
});

describe('POST /embeddings', () => {
  const embeddings = [
    [0.5, -1],
    [0.25, 2],
  ];

  it.each([undefined, 'float', 'base64'] as const)(
    'gives vectors, asked for as %s',
    async (encoding_format) => {
      const { openai, provider, answers } = stage([{ embeddings, usage: { inputTokens: 4 } }]);
      const asked = encoding_format === undefined ? {} : { encoding_format };
      const { data, usage } = await openai.embeddings.create({
        model: 't',
        input: ['a', 'b'],
        dimensions: 2,
        ...asked,
      });
      const seen = data.map(({ embedding }) => embedding);
      if (encoding_format === 'base64') expect(seen).toEqual(['AAAAPwAAgL8=', 'AACAPgAAAEA=']);
      else expect(seen).toEqual(embeddings);
      expect(usage).toEqual({ prompt_tokens: 4, total_tokens: 4 });
      expect(provider.embedCalls[0]).toMatchObject({ values: ['a', 'b'], dimensions: 2 });
      expect(answers[0]?.headers.get('x-signalbox-target')).toBe('t');
    },
  );

  it.each([[[1, 2, 3]], [[[1, 2, 3]]]])('refuses tokens: %j', async (input) => {
    const { openai } = stage([{}]);
    const asking = openai.embeddings.create({ model: 't', input: input as number[] });
    await expect(asking).rejects.toMatchObject({ status: 400, param: 'input' });
  });
});
