import { createRouter, isRouterError } from 'signalbox';
import { type LogEntry, type LogOptions, log } from 'signalbox/log';
import { type Script, scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { read, rejection } from '../support/requests.ts';

const secret = 'a secret question';

/** A router with the plugin, and the lines that it has written. */
function logged(options: LogOptions = {}, first: readonly Script[] = [{}]) {
  const clock = virtualClock();
  const lines: string[] = [];
  const router = createRouter({
    targets: ['a', 'b'].map((id) => ({
      id,
      provider: scriptedProvider(
        id,
        id === 'a' ? first : [{ usage: { inputTokens: 120, outputTokens: 45 } }],
        clock,
      ),
      model: 'model',
      price: { input: 1, output: 4 },
    })),
    clock,
    plugins: [log({ write: (line) => lines.push(line), ...options })],
  });
  const entries = (): LogEntry[] => lines.map((line) => JSON.parse(line));
  return { router, clock, lines, entries };
}

describe('log()', () => {
  it('writes a line for each change of a target’s health', async () => {
    const error = { kind: 'auth', status: 401, code: 'invalid_api_key' } as const;
    const json = logged({ format: 'json' }, [{ error }]);
    await json.router.chat({ prompt: secret });
    expect(json.entries()[0]).toEqual({
      time: '2026-01-01T00:00:00.000Z',
      target: 'a',
      state: 'misconfigured',
      previous: 'healthy',
      retryAt: '2026-01-01T00:10:00.000Z',
    });
    const text = logged({ format: 'text', only: 'failures' }, [{ error }]);
    await text.router.chat({ prompt: secret });
    expect(text.lines[0]).toBe('00:00:00 a is misconfigured, was healthy, until 00:10:00');
  });

  it('writes one line of JSON per request of any operation', async () => {
    const { router, entries } = logged({ format: 'json' });
    await router.chat({ prompt: secret });
    await read(await router.stream({ prompt: secret }));
    await router.embed({ values: [secret] });
    expect(entries()).toMatchObject([
      { operation: 'chat', route: 'default', outcome: 'success', target: 'a', duration: 0 },
      { operation: 'stream', outcome: 'success', target: 'a', firstToken: 0 },
      { operation: 'embed', outcome: 'success', target: 'a' },
    ]);
  });

  it('includes the request’s time, tenant, tokens and cost', async () => {
    const { router, entries } = logged({ format: 'json' });
    await router.chat({ prompt: secret }, { route: 'b', tenant: 'acme', tags: ['search'] });
    expect(entries()).toEqual([
      {
        time: '2026-01-01T00:00:00.000Z',
        requestId: expect.any(String),
        operation: 'chat',
        route: 'b',
        outcome: 'success',
        target: 'b',
        duration: 0,
        inputTokens: 120,
        outputTokens: 45,
        cost: 0.0003,
        tenant: 'acme',
        tags: ['search'],
      },
    ]);
  });

  it('lists the attempts that failed before the answer', async () => {
    const { router, entries } = logged({ format: 'json' }, [{ error: { kind: 'server', status: 503 } }]);
    await router.chat({ prompt: secret });
    expect(entries()).toMatchObject([
      { outcome: 'success', target: 'b', failures: [{ target: 'a', error: 'server', status: 503 }] },
    ]);
  });

  it('names the caller’s error', async () => {
    const { router, entries } = logged({ format: 'json' }, [{ error: { kind: 'bad-request', status: 400 } }]);
    const error = await rejection(router.chat({ prompt: secret }));
    expect(isRouterError(error, 'provider')).toBe(true);
    expect(entries()).toMatchObject([
      {
        outcome: 'failed',
        error: 'provider',
        failures: [{ target: 'a', error: 'bad-request', status: 400 }],
      },
    ]);
  });

  it("writes readable text with `format: 'text'`", async () => {
    const { router, clock, lines } = logged({ format: 'text' }, [
      { error: { kind: 'server', status: 503 }, delay: 2_000 },
    ]);
    const answer = router.chat({ prompt: secret }, { tenant: 'acme' });
    await clock.advance(2_000);
    await answer;
    expect(lines).toEqual([
      '00:00:00 chat default → b  2000 ms, 120 → 45 tokens, $0.0003, after a (server 503), for acme',
    ]);
  });

  it('marks failed and aborted requests in readable text', async () => {
    const { router, clock, lines } = logged({ format: 'text' }, [
      { error: { kind: 'bad-request', status: 400 } },
      { hang: true },
    ]);
    await rejection(router.chat({ prompt: secret }));
    const abort = new AbortController();
    const aborted = rejection(router.chat({ prompt: secret }, { signal: abort.signal }));
    await clock.advance(10);
    abort.abort();
    await aborted;
    expect(lines).toEqual([
      '00:00:00 chat default ✗ provider  0 ms, after a (bad-request 400)',
      '00:00:00 chat default ✗ aborted  10 ms, $0.000007 wasted, after a (abandoned)',
    ]);
  });

  it('can omit successful requests', async () => {
    const { router, entries } = logged({ format: 'json', only: 'failures' }, [
      {},
      { error: { kind: 'server' } },
    ]);
    await router.chat({ prompt: secret });
    await router.chat({ prompt: secret });
    expect(entries()).toMatchObject([{ target: 'b' }]);
  });

  it('never contains prompts, answers or users', async () => {
    for (const format of ['json', 'text'] as const) {
      const { router, lines } = logged({ format }, [{ text: 'a secret answer' }]);
      await router.chat(
        { prompt: secret },
        { user: 'a secret user', session: 'a secret session', metadata: { note: 'a secret note' } },
      );
      expect(lines.join()).not.toContain('secret');
    }
  });

  it('affects no request if it cannot write', async () => {
    const { router } = logged({
      write() {
        throw new Error('the disk is full');
      },
    });
    const errors: unknown[] = [];
    router.on('plugin-error', ({ plugin, station }) => errors.push([plugin, station]));
    expect((await router.chat({ prompt: secret })).target).toBe('a');
    expect(errors).toEqual([['log', 'observe']]);
  });

  it('names an invalid option', () => {
    expect(() => log({ format: 'xml' as never })).toThrow(
      "log.format: expected one of text, json, got 'xml'",
    );
    expect(() => log({ level: 'all' } as never)).toThrow('log.level: expected one of the options');
    expect(() => log({ write: 7 as never })).toThrow('log.write: expected a function, got 7');
  });
});
