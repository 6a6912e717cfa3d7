import { type Clock, createRouter } from 'signalbox';
import { scriptedProvider } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const loaded = vi.hoisted((): string[] => []);

vi.mock('../../src/core/failover/recovery-part.ts', async (importOriginal) => {
  const { recoveryPart } = await importOriginal<typeof import('../../src/core/failover/recovery-part.ts')>();
  const importIt: typeof recoveryPart.importIt = () => {
    loaded.push(recoveryPart.name);
    return recoveryPart.importIt();
  };
  return { recoveryPart: { ...recoveryPart, importIt } };
});

/** A router whose timers of no delay run when the test says so. */
function fresh() {
  const turns: (() => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    date: () => 0,
    after(ms, run) {
      if (ms === 0) turns.push(run);
      return () => {};
    },
  };
  const provider = scriptedProvider('a', [{}]);
  const router = createRouter({ targets: [{ provider, model: 'm' }], catalog: false, clock });
  return { router, turns };
}

beforeEach(() => {
  loaded.length = 0;
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the code for failures', () => {
  it('is loaded a turn after the first answer, so that the caller has that first', async () => {
    const { router, turns } = fresh();
    await router.chat({ prompt: 'Hi' });
    expect(loaded).toEqual([]);
    for (const run of turns) run();
    expect(loaded).toEqual(['failover']);
  });

  it('is loaded at once when many answers wait to be learned from', async () => {
    const { router } = fresh();
    await Promise.all(Array.from({ length: 10 }, () => router.chat({ prompt: 'Hi' })));
    expect(loaded).toContain('failover');
  });

  it('is loaded at once where timers end with the request', async () => {
    vi.stubGlobal('WebSocketPair', class {});
    const { router, turns } = fresh();
    await router.chat({ prompt: 'Hi' });
    expect(loaded).toEqual(['failover']);
    expect(turns).toEqual([]);
  });
});
