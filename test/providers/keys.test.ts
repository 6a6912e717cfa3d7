import { createRouter, isRouterError, type Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { groq, openaiCompatible } from 'signalbox/openai-compatible';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { faultServer } from '../support/fault-server.ts';
import { answerWith } from '../support/vendor-answers.ts';

type Factory = (options: object) => Provider;

const factories: Readonly<Record<string, Factory>> = {
  openai: (options) => openai(options),
  anthropic: (options) => anthropic(options),
  google: (options) => google(options),
  groq: (options) => groq(options),
  openaiCompatible: (options) =>
    openaiCompatible({ name: 'mine', baseURL: 'http://127.0.0.1:1', ...options }),
};

const refused = (make: () => unknown): unknown => {
  try {
    make();
  } catch (error) {
    return error;
  }
  return undefined;
};

for (const [name, make] of Object.entries(factories)) {
  describe(`keys of ${name}`, () => {
    it('make one provider for each key, each with its limits', () => {
      const limits = { concurrency: 3 };
      const provider = make({ keys: ['one', 'two'], limits });
      expect(provider.keys?.map((key) => [key.name, key.limits])).toEqual([
        [provider.name, limits],
        [provider.name, limits],
      ]);
    });

    for (const [what, options, option] of [
      ['no list', { keys: 'sk-canary' }, 'keys'],
      ['keys beside apiKey', { keys: ['sk-canary'], apiKey: 'sk-canary' }, 'keys'],
      ['a key with a line break in it', { keys: ['sk-canary', 'sk-\ncanary'] }, 'keys[1]'],
      ['a key twice', { keys: ['sk-canary', 'sk-canary'] }, 'keys[1]'],
      ['a limit of 0', { apiKey: 'sk-canary', limits: { rpm: 0 } }, 'limits.rpm'],
      ['an unknown limit', { apiKey: 'sk-canary', limits: { rps: 1 } }, 'limits.rps'],
    ] as const) {
      it(`refuse ${what}, without showing a key`, () => {
        const error = refused(() => make(options));
        expect(isRouterError(error, 'config') && error.option).toBe(`${name}.${option}`);
        expect(String(error)).not.toContain('canary');
      });
    }
  });
}

describe('a key that is not there yet', () => {
  const variables = { openai: 'OPENAI_API_KEY', anthropic: 'ANTHROPIC_API_KEY', groq: 'GROQ_API_KEY' };
  const call = {
    model: 'm',
    messages: [{ role: 'user', content: 'Hi' }],
    signal: new AbortController().signal,
  } as const;
  const failure = (provider: Provider | undefined): Promise<unknown> =>
    provider?.chat(call).catch((error: unknown) => error) ?? Promise.resolve();
  beforeEach(() => {
    for (const name of [...Object.values(variables), 'GEMINI_API_KEY', 'GOOGLE_API_KEY'])
      vi.stubEnv(name, '');
  });
  afterEach(() => vi.unstubAllEnvs());

  const options = [
    {},
    { apiKey: undefined },
    { apiKey: '' },
    { keys: undefined },
    { keys: [] },
    { keys: [undefined] },
    { keys: ['', ' \n'] },
  ];
  it.each(
    Object.entries(variables).flatMap(([name, variable]) =>
      options.map((each) => [name, each, variable] as const),
    ),
  )('fails the first request of %s with %j, which names %s', async (name, each, variable) => {
    const provider = factories[name]?.(each);
    const error = await failure(provider);
    expect(isRouterError(error, 'provider') && [error.kind, error.vendorCode]).toEqual([
      'auth',
      'no_api_key',
    ]);
    expect(String(error)).toContain(`no API key: set ${variable}`);
  });

  it.each(Object.keys(factories))('fails only the requests of %s that would use it', async (name) => {
    const provider = factories[name]?.({ keys: ['sk-canary', undefined] });
    expect(provider?.keys).toHaveLength(2);
    const error = await failure(provider?.keys?.[1]);
    expect(isRouterError(error, 'provider') && error.vendorCode).toBe('no_api_key');
    expect(String(error)).toContain(`${name}.keys[1] is undefined or empty`);
  });

  it('is found in the environment by a later request', async () => {
    const server = await faultServer(answerWith('openai', 'Blue.'));
    try {
      const provider = openai({
        keys: [undefined],
        fetch: (url, init) => fetch(String(url).replace('https://api.openai.com', server.url), init),
      });
      expect(String(await failure(provider))).toContain('no API key');
      vi.stubEnv('OPENAI_API_KEY', 'sk-late');
      expect(await failure(provider)).toMatchObject({ finishReason: 'stop' });
      expect(server.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer sk-late']);
    } finally {
      await server.close();
    }
  });

  it('is a problem of each of its targets to warmup', async () => {
    const provider = openai({ keys: [undefined] });
    const router = createRouter({
      targets: [
        { provider, model: 'gpt-5-mini' },
        { provider, model: 'gpt-5-nano' },
      ],
      log: false,
      catalog: false,
    });
    const problems = await router.warmup();
    expect(problems.map(({ target, error }) => [target, error.message.includes('OPENAI_API_KEY')])).toEqual([
      ['openai/gpt-5-mini', true],
      ['openai/gpt-5-nano', true],
    ]);
  });
});
