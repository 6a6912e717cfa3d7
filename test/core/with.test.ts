import { isRouterError } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { rejection, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };

describe('router.with', () => {
  it('presets the options of every operation', async () => {
    const { router, of } = world({ a: [{}], b: [{}] });
    const preset = router.with({ route: 'b', tenant: 'acme' });
    expect((await preset.chat(ask)).target).toBe('b');
    expect((await preset.stream(ask)).target).toBe('b');
    expect((await preset.embed({ values: ['x'] })).target).toBe('b');
    expect((await preset.image({ prompt: 'x' })).target).toBe('b');
    expect((await preset.explain(ask)).route).toBe('b');
    expect(of('request-end').map(({ tenant }) => tenant)).toEqual(['acme', 'acme', 'acme']);
  });

  it('leaves the router itself as it is', async () => {
    const { router } = world({ a: [{}], b: [{}] });
    router.with({ route: 'b' });
    expect((await router.chat(ask)).target).toBe('a');
  });

  it('lets a call override it, field by field', async () => {
    const { router, of } = world({ a: [{}], b: [{}] });
    const preset = router.with({ route: 'b', metadata: { a: 1, b: 1 }, tags: ['x'], tenant: 'acme' });
    const { target } = await preset.chat(ask, { route: 'a', metadata: { b: 2 }, tags: ['y', 'x'] });
    expect(target).toBe('a');
    expect(of('request-end')[0]).toMatchObject({
      metadata: { a: 1, b: 2 },
      tags: ['x', 'y'],
      tenant: 'acme',
    });
  });

  it('does not let undefined override it', async () => {
    const { router } = world({ a: [{}], b: [{}] });
    const preset = router.with({ route: 'b' });
    expect((await preset.chat(ask, { route: undefined as never })).target).toBe('b');
  });

  it('merges timeouts', async () => {
    const { router, clock } = world({ a: [{ hang: true }] });
    const preset = router.with({ timeout: { request: 50 } });
    const failed = rejection(preset.chat(ask, { timeout: { attempt: 1_000 } }));
    await clock.advance(50);
    expect(isRouterError(await failed, 'deadline')).toBe(true);
  });

  it('asks both accepts, its own first', async () => {
    const { router } = world({
      a: [{ text: 'short' }],
      b: [{ text: 'long enough' }],
      c: [{ text: 'long and good' }],
    });
    const preset = router.with({ accept: ({ text }) => text.length > 8 });
    expect((await preset.chat(ask, { accept: ({ text }) => text.includes('good') })).target).toBe('c');
  });

  it('can be narrowed further', async () => {
    const { router, of } = world({ a: [{}], b: [{}] });
    await router.with({ tenant: 'acme' }).with({ user: 'u1' }).chat(ask);
    expect(of('request-end')[0]).toMatchObject({ tenant: 'acme', user: 'u1' });
  });

  it('refuses wrong options at once', () => {
    const { router } = world({ a: [{}] });
    try {
      router.with({ maxCost: -1 });
      throw new Error('was not refused');
    } catch (error) {
      expect(isRouterError(error, 'request') && error.field).toBe('options.maxCost');
    }
  });

  it('shares events, statistics and close() with its router', async () => {
    const { router, events } = world({ a: [{}] });
    const preset = router.with({ tenant: 'acme' });
    await preset.chat(ask);
    expect(events).not.toHaveLength(0);
    expect(router.stats()[0]?.attempts).toBe(1);
    await preset.close();
    expect(isRouterError(await rejection(router.chat(ask)), 'closed')).toBe(true);
  });
});

describe('await using', () => {
  it('closes the router at the end of its block', async () => {
    const { router } = world({ a: [{}] });
    {
      await using own = router;
      await own.chat(ask);
    }
    expect(isRouterError(await rejection(router.chat(ask)), 'closed')).toBe(true);
  });
});
