import { type Plugin, RequestError } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { rejection, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };

/** Takes a number of a call. */
function takes(seen: unknown[] = []): Plugin {
  return {
    name: 'takes',
    options(value) {
      if (typeof value !== 'number')
        throw new RequestError('options.plugins.takes', 'a number', typeof value);
    },
    lookup: ({ options }) => void seen.push(options.plugins?.['takes']),
  };
}
const plain: Plugin = { name: 'plain', observe: () => undefined };

describe('call options of plugins', () => {
  it('reach the plugin of that name', async () => {
    const seen: unknown[] = [];
    const { router } = world({ a: [{}] }, { plugins: [takes(seen)] });
    await router.chat(ask, { plugins: { takes: 7 } });
    await router.with({ plugins: { takes: 8 } }).chat(ask);
    expect(seen).toEqual([7, 8]);
  });

  it.each([
    ['what the plugin refuses', { takes: 'x' }, 'options.plugins.takes'],
    ['a plugin that there is not', { other: 1 }, 'options.plugins.other'],
    ['a plugin that takes none', { plain: 1 }, 'options.plugins.plain'],
    ['what is no object', 7, 'options.plugins'],
  ])('are refused before anything is sent: %s', async (_, plugins, path) => {
    const all = world({ a: [{}] }, { plugins: [takes(), plain] });
    const options = { plugins: plugins as Record<string, unknown> };
    const refused = await rejection(all.router.chat(ask, options));
    expect(refused).toMatchObject({ code: 'request' });
    expect(String(refused)).toContain(path);
    expect(all.providers['a']?.calls).toHaveLength(0);
    expect(() => all.router.with(options)).toThrow(path);
  });
});
