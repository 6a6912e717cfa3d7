import {
  type CallOptions,
  createRouter,
  lowestCost,
  type Plugin,
  type RouterEvent,
  type RouterOptions,
} from 'signalbox';
import { type Script, scriptedProvider } from 'signalbox/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { eventsPart } from '../../src/core/events/events-part.ts';

/** What happens, in order. */
const log = vi.hoisted((): string[] => []);

vi.mock('../../src/pricing/catalog.ts', async (importOriginal) => {
  const { loadCatalog, ...others } = await importOriginal<typeof import('../../src/pricing/catalog.ts')>();
  const loadAndLog: typeof loadCatalog = () => {
    log.push('catalog');
    return loadCatalog();
  };
  return { ...others, loadCatalog: loadAndLog };
});

beforeEach(() => {
  log.length = 0;
});

/** A router over a model that the catalog lists, which has sent nothing yet. */
function fresh(scripts: readonly Script[] = [{}], options: RouterOptions = {}) {
  const scripted = scriptedProvider('openai', scripts);
  const provider: typeof scripted = {
    ...scripted,
    chat(call) {
      log.push('sent');
      return scripted.chat(call);
    },
    stream(call) {
      log.push('sent');
      return scripted.stream(call);
    },
  };
  const targets = ['gpt-5-mini', 'gpt-5-nano'].map((model) => ({ provider, model }));
  return createRouter({ targets, log: false, ...options });
}

const observing: Plugin = { name: 'observing', observe: () => ({}) };

describe('catalog prices of the first request', () => {
  it('are loaded after it has been sent, and are in its cost and events', async () => {
    const router = fresh();
    const events: RouterEvent[] = [];
    router.on('*', (event) => events.push(event));
    const { cost } = await router.chat({ prompt: 'Hi' });
    expect(log[0]).toBe('sent');
    expect(log[1]).toBe('catalog');
    expect(cost?.source).toBe('catalog');
    expect(cost?.total).toBeGreaterThan(0);
    expect(cost?.estimated).not.toBe(true);
    const usage = events.filter(({ type }) => type === 'usage' || type === 'request-end');
    expect(usage.map((event) => 'cost' in event && event.cost)).toEqual([cost, cost]);
    expect(events.filter(({ type }) => type === 'price-unknown')).toEqual([]);
  });

  const needing: readonly [string, RouterOptions, CallOptions, string][] = [
    ['a strategy that compares costs', { strategy: lowestCost() }, {}, 'Hi'],
    ['a limit of the cost', {}, { maxCost: 1 }, 'Hi'],
    ['a plugin', { plugins: [observing] }, {}, 'Hi'],
    ['a prompt that may not fit every model', {}, {}, 'Hi '.repeat(3_000)],
  ];
  it.each(needing)('are loaded before it is sent where there is %s', async (_, options, call, prompt) => {
    const { cost } = await fresh([{}], options).chat({ prompt }, call);
    expect(log.indexOf('catalog')).toBeLessThan(log.indexOf('sent'));
    expect(log).toContain('catalog');
    expect(cost?.source).toBe('catalog');
  });

  it('are never loaded where all targets declare their prices', async () => {
    const provider = scriptedProvider('openai', [{}]);
    const price = { input: 1, output: 1 };
    const targets = ['a', 'b'].map((model) => ({ provider, model, price }));
    const router = createRouter({ targets, strategy: lowestCost(), plugins: [observing] });
    const { cost } = await router.chat({ prompt: 'Hi '.repeat(3_000) }, { maxCost: 1 });
    await router.warmup();
    expect(cost?.source).toBe('declared');
    expect(log).toEqual([]);
  });

  it('are loaded before a stream is sent', async () => {
    const stream = await fresh().stream({ prompt: 'Hi' });
    expect(log.indexOf('catalog')).toBeLessThan(log.indexOf('sent'));
    expect((await stream.result).cost?.source).toBe('catalog');
  });

  it('are in the cost of attempts that failed after they had been answered', async () => {
    const router = fresh([{ cut: true }, {}]);
    const { attempts, cost } = await router.chat({ prompt: 'Hi' });
    expect(log[0]).toBe('sent');
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(['failed', 'success']);
    expect(cost?.source).toBe('catalog');
  });

  it('are in the cost of an attempt that its caller leaves at once', async () => {
    const router = fresh([{ hang: true }]);
    const leave = new AbortController();
    const costs: unknown[] = [];
    router.on('usage', ({ cost, billed }) => costs.push([cost?.source, cost?.estimated, billed]));
    await eventsPart.importIt(); // so that the request is sent within the call
    const answer = router.chat({ prompt: 'Hi' }, { signal: leave.signal });
    leave.abort();
    await expect(answer).rejects.toThrow();
    expect(log).toEqual(['sent', 'catalog']);
    expect(costs).toEqual([['catalog', true, 'unknown']]);
  });
});
