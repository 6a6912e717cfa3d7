import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { groq, ollama, openaiCompatible } from 'signalbox/openai-compatible';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const secret = 'sk-canary';

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
  ])('%s without a key says where it looked', (name, make, where) => {
    expect(refusal(() => make()).message).toBe(
      `${name}.apiKey: expected an API key, here or in ${where}, got none`,
    );
  });

  it('are taken from the environment', () => {
    vi.stubEnv('OPENAI_API_KEY', secret);
    expect(openai().name).toBe('openai');
  });

  it('of the environment are never sent to another address', () => {
    vi.stubEnv('OPENAI_API_KEY', secret);
    const { message } = refusal(() => openai({ baseURL: 'https://example.com/v1' }));
    expect(message).toContain('openai.apiKey: expected an API key, here or in this option');
    expect(message).not.toContain(secret);
  });

  it.each([
    ['a line break inside', `${secret}\n${secret}`],
    ['a letter that headers cannot hold', `${secret}ü`],
    ['nothing', ' '],
  ])('with %s are refused without being shown', (_, apiKey) => {
    for (const make of [openai, anthropic, google, groq]) {
      const { message } = refusal(() => make({ apiKey }));
      expect(message).toContain('apiKey');
      expect(message).not.toContain(secret);
    }
  });

  it('may have the line break that files end with', () => {
    expect(openai({ apiKey: `${secret}\n` }).name).toBe('openai');
  });

  it.each([
    ['not a URL', 'an absolute URL'],
    ['ftp://example.com', 'an http: or https: URL'],
    [`https://user:${secret}@example.com`, 'a URL without credentials'],
    ['https://example.com?a=1', 'a URL without query or fragment'],
  ])('baseURL %s is refused', (baseURL, expected) => {
    const { message } = refusal(() => openai({ apiKey: secret, baseURL }));
    expect(message).toContain(`openai.baseURL: expected ${expected}`);
    expect(message).not.toContain(secret);
  });

  it('unknown options are refused by name', () => {
    const options = { apiKey: secret, baseUrl: 'https://example.com' };
    for (const make of [openai, anthropic, google, groq]) {
      expect(refusal(() => make(options)).message).toContain('baseUrl: expected one of the options');
    }
  });

  it('headers that cannot be sent are refused without being shown', () => {
    const { message } = refusal(() => openai({ apiKey: secret, headers: { 'x-token': `${secret}\n` } }));
    expect(message).toContain('openai.headers["x-token"]: expected printable ASCII text');
    expect(message).not.toContain(secret);
  });

  it('a page in a browser is refused unless it is allowed', () => {
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
