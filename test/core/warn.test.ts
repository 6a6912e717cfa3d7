import { createRouter, type RouterOptions } from 'signalbox';
import { log } from 'signalbox/log';
import { openai } from 'signalbox/openai';
import { type Script, scriptedProvider, virtualClock } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from 'vitest';
import { rejection } from '../support/requests.ts';

const price = { input: 1, output: 1 };
const rejected: Script = {
  error: { kind: 'auth', status: 401, code: 'invalid_api_key', vendorMessage: 'Incorrect API key' },
};

let warned: Mock<typeof console.warn>;
beforeEach(() => {
  warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

function routerOver(scripts: readonly Script[], options: Partial<RouterOptions> = {}) {
  const clock = virtualClock();
  const targets = [
    { id: 'first', provider: scriptedProvider('openai', scripts, clock), model: 'm', price },
    { id: 'second', provider: scriptedProvider('spare', [{}], clock), model: 'm', price },
  ];
  return { router: createRouter({ targets, clock, retry: false, ...options }), clock };
}

describe('a target that goes out of service', () => {
  it('is printed once for each reason, with status and code', async () => {
    const notFound: Script = { error: { kind: 'not-found', status: 404 } };
    const { router, clock } = routerOver([rejected, rejected, notFound]);
    for (let call = 0; call < 3; call++) {
      await router.chat({ prompt: 'Hi' });
      await clock.advance(600_000);
    }
    expect(warned.mock.calls.map(([text]) => String(text).split('. ')[0])).toEqual([
      'signalbox: first is out of service: openai: auth (status 401, invalid_api_key)',
      'signalbox: first is out of service: openai: not-found (status 404)',
    ]);
  });

  it.each([
    ['quota', [{ error: { kind: 'quota', status: 402 } }], 1, 1],
    ['an open breaker', Array(9).fill({ error: { kind: 'server', status: 500 } }), 9, 1],
    ['one failure', [{ error: { kind: 'server', status: 500 } }], 1, 0],
    ['a rate limit', [{ error: { kind: 'rate-limit', status: 429 } }], 1, 0],
    ['a bad request', [{ error: { kind: 'bad-request', status: 400 } }], 1, 0],
  ] as [string, Script[], number, number][])('by %s', async (_, scripts, calls, lines) => {
    const { router } = routerOver(scripts);
    for (let call = 0; call < calls; call++) await router.chat({ prompt: 'Hi' }).catch(() => {});
    expect(warned).toHaveBeenCalledTimes(lines);
  });

  it('is printed also for embeddings and streams', async () => {
    const { router } = routerOver([rejected]);
    await router.stream({ prompt: 'Hi' });
    const other = routerOver([rejected]);
    await rejection(other.router.embed({ values: ['Hi'] }, { route: 'first' }));
    expect(warned).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['log is false', { log: false }],
    ['the log plugin prints it', { plugins: [log({ write: () => {} })] }],
  ] as [string, Partial<RouterOptions>][])('is not printed where %s', async (_, options) => {
    await routerOver([rejected], options).router.chat({ prompt: 'Hi' });
    expect(warned).not.toHaveBeenCalled();
  });

  it('is not printed where something listens', async () => {
    const { router } = routerOver([rejected]);
    router.on('target-state', () => {});
    await router.chat({ prompt: 'Hi' });
    expect(warned).not.toHaveBeenCalled();
  });

  it('never prints the vendor’s message, which can quote the prompt', async () => {
    await routerOver([rejected], { errors: 'full' }).router.chat({ prompt: 'Hi' });
    expect(String(warned.mock.calls)).not.toContain('Incorrect');
  });
});

describe('warmup()', () => {
  it('returns what each target lacks, and prints it once for each provider', async () => {
    vi.stubEnv('OPENAI_API_KEY', '');
    const provider = openai();
    const targets = ['a', 'b'].map((id) => ({ id, provider, model: 'm', price }));
    const problems = await createRouter({ targets }).warmup();
    const error = { kind: 'auth', vendorCode: 'no_api_key' };
    expect(problems).toMatchObject([
      { target: 'a', error },
      { target: 'b', error },
    ]);
    expect(warned).toHaveBeenCalledOnce();
    expect(String(warned.mock.calls)).toContain(
      'no API key: set OPENAI_API_KEY, or pass the option openai.apiKey',
    );
    vi.unstubAllEnvs();
  });

  it('returns nothing where nothing is missing', async () => {
    const provider = openai({ apiKey: 'k', baseURL: 'http://127.0.0.1:9' });
    expect(await createRouter({ targets: [{ provider, model: 'm', price }] }).warmup()).toEqual([]);
    expect(warned).not.toHaveBeenCalled();
  });
});
