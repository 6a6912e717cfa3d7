import type { Plugin } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { read, rejection, world } from '../support/requests.ts';

const noting: Plugin = {
  name: 'noting',
  inspect(context) {
    context.note({ plugin: 'noting', facts: { at: 'inspect' } });
    return undefined;
  },
  transform: (context) => ({
    part: (part) => part,
    end() {
      context.note({ plugin: 'noting', facts: { at: 'end' } });
      return undefined;
    },
  }),
};
const both = [
  { plugin: 'noting', facts: { at: 'inspect' } },
  { plugin: 'noting', facts: { at: 'end' } },
];

describe('what a plugin notes', () => {
  it('is in the decision of a chat, and in its events', async () => {
    const { router, of } = world({ a: [{}] }, { plugins: [noting] });
    const seen: unknown[] = [];
    router.on('note', ({ plugin, facts }) => seen.push({ plugin, facts }));
    const { decision } = await router.chat({ prompt: 'Hi' });
    expect(decision?.notes).toEqual(both);
    expect(of('request-end')[0]?.decision?.notes).toEqual(both);
    expect(seen).toEqual(both);
  });

  it('is in the decision of a stream, although some of it comes after the choice of targets', async () => {
    const late: Plugin = { ...noting, inspect: () => undefined };
    const { router } = world({ a: [{}] }, { plugins: [late] });
    const stream = await router.stream({ prompt: 'Hi' });
    await read(stream);
    expect((await stream.result).decision?.notes).toEqual(both.slice(1));
  });

  it('is in the decision of a request that was refused before a target was chosen', async () => {
    const refusing: Plugin = {
      name: 'refusing',
      inspect() {
        throw new Error('no');
      },
    };
    const { router, of } = world({ a: [{}] }, { plugins: [noting, refusing] });
    await rejection(router.chat({ prompt: 'Hi' }));
    expect(of('request-end')[0]?.decision).toMatchObject({ candidates: [], notes: both.slice(0, 1) });
  });

  it('leaves the decision of a request without notes as it is', async () => {
    const { router } = world({ a: [{}] });
    expect((await router.chat({ prompt: 'Hi' })).decision).not.toHaveProperty('notes');
  });
});
