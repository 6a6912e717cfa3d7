import { createRouter, type Plugin } from 'signalbox';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { rejection, world } from '../support/requests.ts';

declare module 'signalbox' {
  interface CallOptions<TargetId extends string = string, RouteName extends string = string> {
    readonly regions?: readonly string[];
  }
}

const regions = (seen: unknown[]): Plugin => ({
  name: 'regions',
  callOptions: {
    regions: {
      check: (value) => (Array.isArray(value) ? undefined : 'a list of regions'),
      merge: (preset, call) => [...(preset as string[]), ...(call as string[])],
    },
  },
  inspect({ options }) {
    seen.push(options.regions);
    return undefined;
  },
});

describe('a call option of a plugin', () => {
  it('reaches the plugin', async () => {
    const seen: unknown[] = [];
    const { router } = world({ a: [{}] }, { plugins: [regions(seen)] });
    await router.chat({ prompt: 'Hi' }, { regions: ['eu'] });
    expect(seen).toEqual([['eu']]);
  });

  it('is combined with a preset one as the plugin wants', async () => {
    const seen: unknown[] = [];
    const { router } = world({ a: [{}] }, { plugins: [regions(seen)] });
    const preset = router.with({ regions: ['eu'] });
    await preset.chat({ prompt: 'Hi' }, { regions: ['us'] });
    await preset.chat({ prompt: 'Hi' });
    expect(seen).toEqual([['eu', 'us'], ['eu']]);
  });

  it('is refused where the plugin does not accept its value', async () => {
    const { router } = world({ a: [{}] }, { plugins: [regions([])] });
    const regionsOfNoList = { regions: 'eu' } as unknown as { regions: string[] };
    const error = await rejection(router.chat({ prompt: 'Hi' }, regionsOfNoList));
    expect(error).toMatchObject({ code: 'request', field: 'options.regions' });
    expect(String(error)).toContain("expected a list of regions, got 'eu'");
  });

  it('is unknown to a router without the plugin', async () => {
    const { router } = world({ a: [{}] });
    const error = await rejection(router.chat({ prompt: 'Hi' }, { regions: ['eu'] }));
    expect(error).toMatchObject({ code: 'request', field: 'options.regions' });
  });

  it('cannot have the name of another one', () => {
    const clock = virtualClock();
    const targets = [{ provider: scriptedProvider('a', [{}], clock), model: 'm' }];
    const check = () => undefined;
    const taken: Plugin = { ...regions([]), name: 'taken', callOptions: { route: { check } } };
    expect(() => createRouter({ targets, plugins: [taken] })).toThrow("got 'route'");
    const plugins = [regions([]), { ...regions([]), name: 'again' }];
    expect(() => createRouter({ targets, plugins })).toThrow("got 'regions'");
  });
});
