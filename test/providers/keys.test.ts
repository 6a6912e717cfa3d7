import { isRouterError, type Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { groq, openaiCompatible } from 'signalbox/openai-compatible';
import { describe, expect, it } from 'vitest';

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
      ['an empty list', { keys: [] }, 'keys'],
      ['keys beside apiKey', { keys: ['sk-canary'], apiKey: 'sk-canary' }, 'keys'],
      ['an empty key', { keys: ['sk-canary', ''] }, 'keys[1]'],
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
