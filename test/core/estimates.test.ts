import { createRouter, lowestCost, type Provider, type RouterOptions, type VendorLimit } from 'signalbox';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it, vi } from 'vitest';

const sentence = 'The router measures the latency of each target, and considerably more than that. ';
const tools = Array.from({ length: 500 }, (_, number) => ({
  name: `tool_${number}`,
  description: 'Looks up the weather of a city for a day.',
  inputSchema: { type: 'object', properties: { city: { type: 'string' }, day: { type: 'string' } } },
}));
const price = { input: 1, output: 1 };

/** A vendor that reports what is left of its limits. */
function withLimits(limits: readonly VendorLimit[]): Provider {
  const scripted = scriptedProvider('scripted', [{}], virtualClock());
  return {
    ...scripted,
    async chat() {
      return {
        content: [{ type: 'text', text: 'Hi' }],
        finishReason: 'stop',
        usage: { inputTokens: 1, outputTokens: 1 },
        response: { headers: {}, limits },
        warnings: [],
        raw: undefined,
      };
    },
  };
}

/** A router that has answered, so that all of its code is loaded. */
async function warm(options: RouterOptions) {
  const router = createRouter({ clock: virtualClock(), ...options });
  await router.warmup();
  await router.chat({ prompt: 'Hi' });
  return router;
}

/** How many characters are looked at one by one, and how many values are serialized. */
async function work(task: () => Promise<unknown>) {
  const look = vi.spyOn(String.prototype, 'charCodeAt');
  const serialize = vi.spyOn(JSON, 'stringify');
  await task();
  const done = { characters: look.mock.calls.length, values: serialize.mock.calls.length };
  look.mockRestore();
  serialize.mockRestore();
  return done;
}

describe('the work on a prompt', () => {
  const prompt = sentence.repeat(13_000);

  it('is none where neither limits nor costs count', async () => {
    const router = await warm({ targets: [{ provider: withLimits([]), model: 'm', price }] });
    expect(await work(() => router.chat({ prompt }))).toEqual({ characters: 0, values: 0 });
  });

  it('is about a thousand characters once the vendor reports limits', async () => {
    const left: VendorLimit = { of: 'tokens', remaining: 1_000_000, limit: 2_000_000, resetAfter: 60_000 };
    const router = await warm({ targets: [{ provider: withLimits([left]), model: 'm', price }] });
    const { characters } = await work(() => router.chat({ prompt }));
    expect(characters).toBeGreaterThan(500);
    expect(characters).toBeLessThan(1_100);
  });

  it('is the same among many targets that are compared by cost', async () => {
    const targets = Array.from({ length: 40 }, (_, number) => ({
      provider: withLimits([]),
      model: `m${number}`,
      price,
    }));
    const router = await warm({ targets, strategy: lowestCost() });
    const { characters } = await work(() => router.chat({ prompt }));
    expect(characters).toBeGreaterThan(500);
    expect(characters).toBeLessThan(1_100);
  });

  it('is once for a list of tools, however many requests have it', async () => {
    const targets = ['a', 'b'].map((model) => ({ provider: withLimits([]), model, price }));
    const router = await warm({ targets, strategy: lowestCost() });
    const first = await work(() => router.chat({ prompt: 'Hi', tools }));
    const second = await work(() => router.chat({ prompt: 'Hi', tools: [...tools] }));
    expect(first.values).toBe(500);
    expect(second.values).toBe(0);
    expect(second.characters).toBeLessThan(1_100);
  });

  it('is once for all attempts', async () => {
    const failing = scriptedProvider('failing', [{ error: { kind: 'server', status: 500 } }], virtualClock());
    const router = await warm({
      targets: [
        { provider: failing, model: 'm', price, tpm: 10_000_000 },
        { provider: withLimits([]), model: 'm', id: 'next', price, tpm: 10_000_000 },
      ],
    });
    const { characters } = await work(() => router.chat({ prompt }));
    expect(characters).toBeLessThan(1_100);
  });
});
