import { describe, expect, it } from 'vitest';
import { isRouterError } from '../../src/errors.ts';
import { type VirtualClock, virtualClock } from '../../src/testing/index.ts';
import { Parts, part } from '../../src/util/lazy.ts';

/** A part whose first loads fail. */
function failing(times: number) {
  let loads = 0;
  const own = part('tests', async () => {
    loads += 1;
    if (loads <= times) throw new Error('too many open files\nin /home/me');
    return 'code';
  });
  const parts = new Parts();
  const load = (clock: VirtualClock, signal?: AbortSignal) => parts.load(own, clock, signal);
  return { load, loaded: () => parts.get(own), loads: () => loads };
}

describe('lazily loaded code', () => {
  it('is available synchronously once it is loaded', async () => {
    const { load, loaded } = failing(0);
    expect(loaded()).toBeUndefined();
    expect(await load(virtualClock())).toBe('code');
    expect(loaded()).toBe('code');
  });

  it('is retried if it fails to load', async () => {
    const clock = virtualClock();
    const { load, loads } = failing(3);
    const loading = load(clock);
    await clock.advance(5_000);
    expect(await loading).toBe('code');
    expect(loads()).toBe(4);
  });

  it('rejects after several tries, and a later call tries again', async () => {
    const clock = virtualClock();
    const { load } = failing(4);
    const failed = load(clock).catch((error: unknown) => error);
    await clock.advance(5_000);
    const error = await failed;
    expect(isRouterError(error, 'not-loaded')).toBe(true);
    expect(String(error)).toContain('the code for tests could not be loaded: too many open files');
    expect(String(error)).not.toContain('/home/me');
    expect(await load(clock)).toBe('code');
  });

  it('is awaited no longer than the signal allows', async () => {
    const clock = virtualClock();
    const { load } = failing(9);
    const abort = new AbortController();
    const failed = load(clock, abort.signal).catch((error: unknown) => error);
    await clock.advance(0);
    abort.abort('enough');
    expect(await failed).toBe('enough');
  });
});
