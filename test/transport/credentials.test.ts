import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { groq, ollama, openaiCompatible } from 'signalbox/openai-compatible';
import { scriptedProvider } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rejection } from '../support/requests.ts';

const secret = 'sk-canary';
const price = { input: 1, output: 1 };

/** What a factory throws. */
function refusal(make: () => unknown): Error {
  try {
    make();
  } catch (error) {
    return error as Error;
  }
  throw new Error('was not refused');
}

describe('keys and addresses', () => {
  beforeEach(() => {
    for (const name of [
      'OPENAI_API_KEY',
      'ANTHROPIC_API_KEY',
      'GEMINI_API_KEY',
      'GOOGLE_API_KEY',
      'GROQ_API_KEY',
    ])
      vi.stubEnv(name, '');
  });
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    ['openai', openai, 'OPENAI_API_KEY'],
    ['anthropic', anthropic, 'ANTHROPIC_API_KEY'],
    ['google', google, 'GEMINI_API_KEY or GOOGLE_API_KEY'],
    ['groq', groq, 'GROQ_API_KEY'],
  ] as const)(
    '%s can be created without a key, and the first request names the variable to set',
    async (name, make, where) => {
      for (const provider of [make(), make({ apiKey: '' }), make({ apiKey: ' ' })]) {
        const router = createRouter({ targets: [{ provider, model: 'm', price }], retry: false });
        const calls = [rejection(router.chat({ prompt: 'Hi' })), rejection(router.stream({ prompt: 'Hi' }))];
        for (const error of await Promise.all(calls)) {
          const summary = `${name}: no API key: set ${where}, or pass the option ${name}.apiKey`;
          expect(String(error)).toContain(summary);
        }
        expect(router.stats()[0]?.health).toBe('misconfigured');
      }
    },
  );

  it('are looked up again until they are set', async () => {
    const seen: (string | null)[] = [];
    const fetch = async (_url: string, { headers }: RequestInit): Promise<Response> => {
      seen.push(new Headers(headers).get('authorization'));
      return Response.json({ choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] });
    };
    const provider = openai({ fetch });
    const ask = () => createRouter({ targets: [{ provider, model: 'm', price }] }).chat({ prompt: 'Hi' });
    expect(await rejection(ask())).toMatchObject({ code: 'all-targets-failed' });
    vi.stubEnv('OPENAI_API_KEY', secret);
    expect((await ask()).text).toBe('Hi');
    expect(seen).toEqual([`Bearer ${secret}`]);
  });

  it('if missing, send the request to the next target', async () => {
    const targets = [
      { provider: openai(), model: 'm', price },
      { provider: scriptedProvider('spare', [{ text: ['Hi'] }]), model: 'm', price },
    ];
    const { text, attempts } = await createRouter({ targets }).chat({ prompt: 'Hi' });
    expect(text).toBe('Hi');
    expect(attempts[0]).toMatchObject({
      outcome: 'failed',
      error: { kind: 'auth', code: 'no_api_key' },
      billed: 'no',
    });
    expect(attempts[0]).not.toHaveProperty('cost');
  });

  it('are read from the environment', () => {
    vi.stubEnv('OPENAI_API_KEY', secret);
    expect(openai().name).toBe('openai');
  });

  it('of the environment are never sent to another address', async () => {
    vi.stubEnv('OPENAI_API_KEY', secret);
    const provider = openai({ baseURL: 'http://127.0.0.1:9/v1' });
    const router = createRouter({ targets: [{ provider, model: 'm', price }], retry: false });
    const error = String(await rejection(router.chat({ prompt: 'Hi' })));
    expect(error).toContain(
      'no API key: pass the option openai.apiKey, because the baseURL is not the vendor’s own',
    );
    expect(error).not.toContain(secret);
  });

  it.each([
    ['a line break inside', `${secret}\n${secret}`],
    ['a letter that headers cannot hold', `${secret}ü`],
  ])('with %s are rejected without being shown', (_, apiKey) => {
    for (const make of [openai, anthropic, google, groq]) {
      const { message } = refusal(() => make({ apiKey }));
      expect(message).toContain('apiKey');
      expect(message).not.toContain(secret);
    }
  });

  it('may end with a line break', () => {
    expect(openai({ apiKey: `${secret}\n` }).name).toBe('openai');
  });

  it.each([
    ['not a URL', 'an absolute URL'],
    ['ftp://example.com', 'an http: or https: URL'],
    [`https://user:${secret}@example.com`, 'a URL without credentials'],
    ['https://example.com?a=1', 'a URL without query or fragment'],
  ])('baseURL %s is rejected', (baseURL, expected) => {
    const { message } = refusal(() => openai({ apiKey: secret, baseURL }));
    expect(message).toContain(`openai.baseURL: expected ${expected}`);
    expect(message).not.toContain(secret);
  });

  it('unknown options are rejected by name', () => {
    const options = { apiKey: secret, baseUrl: 'https://example.com' };
    for (const make of [openai, anthropic, google, groq]) {
      expect(refusal(() => make(options)).message).toContain('baseUrl: expected one of the options');
    }
  });

  it('headers that cannot be sent are rejected without being shown', () => {
    const { message } = refusal(() => openai({ apiKey: secret, headers: { 'x-token': `${secret}\n` } }));
    expect(message).toContain('openai.headers["x-token"]: expected printable ASCII text');
    expect(message).not.toContain(secret);
  });

  it('use in a browser is rejected unless it is allowed', () => {
    vi.stubGlobal('window', {});
    vi.stubGlobal('document', {});
    expect(refusal(() => openai({ apiKey: secret })).message).toContain('openai.unsafeAllowBrowser');
    expect(openai({ apiKey: secret, unsafeAllowBrowser: true }).name).toBe('openai');
    vi.unstubAllGlobals();
  });

  it('servers without keys need none', () => {
    expect(ollama().name).toBe('ollama');
    expect(openaiCompatible({ name: 'house', baseURL: 'http://localhost:1234/v1' }).name).toBe('house');
  });
});
