import { isRouterError } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { read, rejection, world } from '../support/requests.ts';

const longEnough = ({ text }: { readonly text: string }) => text.length > 5 || 'too short';

describe('accept', () => {
  it('accepts an answer or fails over: cheap first, and expensive where that answer is rejected', async () => {
    const { router, of } = world(
      { cheap: [{ text: 'Hm.' }], expensive: [{ text: 'A whole answer.' }] },
      { accept: longEnough },
    );
    const { text, target, attempts } = await router.chat({ prompt: '?' });
    expect([text, target]).toEqual(['A whole answer.', 'expensive']);
    expect(attempts).toMatchObject([
      { target: 'cheap', outcome: 'failed', error: { kind: 'output' }, billed: 'yes' },
      { target: 'expensive', outcome: 'success' },
    ]);
    expect(of('usage')).toHaveLength(2);
    expect(of('request-end')[0]?.wastedCost).toBeGreaterThan(0);
    expect(router.stats()[0]).toMatchObject({ health: 'healthy', failures: 0 });
  });

  it('sees the whole result, with object and cost', async () => {
    const { router } = world({ a: [{ text: '{"n":1}' }] });
    const seen: unknown[] = [];
    await router.chat(
      { prompt: '?', schema: { type: 'object' } },
      { accept: (result) => seen.push(result.object, result.cost?.total, result.target) > 0 },
    );
    expect(seen).toEqual([{ n: 1 }, 0.000_02, 'a']);
  });

  it('may be asynchronous', async () => {
    const { router } = world({ a: [{ text: 'No' }], b: [{ text: 'A whole answer.' }] });
    const { target } = await router.chat({ prompt: '?' }, { accept: async (result) => longEnough(result) });
    expect(target).toBe('b');
  });

  it('rejects with OutputError and its reason if no answer is accepted', async () => {
    const { router, of } = world({ a: [{ text: 'No' }], b: [{ text: 'No' }] }, { accept: longEnough });
    const error = await rejection(router.chat({ prompt: '?' }));
    expect(isRouterError(error, 'output') && [error.by, error.issues]).toEqual(['accept', ['too short']]);
    expect(of('request-end')).toMatchObject([{ outcome: 'failed', error: 'output' }]);
  });

  it('restarts a stream where that is allowed, and ends it where not', async () => {
    const targets = { a: [{ text: 'No' }], b: [{ text: 'A whole answer.' }] };
    const restarted = await world(targets, { accept: longEnough, interrupted: 'restart' }).router.stream({
      prompt: '?',
    });
    expect((await read(restarted)).map(({ type }) => type)).toContain('restart');
    expect((await restarted.result).text).toBe('A whole answer.');
    const ended = await world(targets, { accept: longEnough }).router.stream({ prompt: '?' });
    expect(isRouterError(await rejection(read(ended)), 'output')).toBe(true);
  });

  it('that throws ends the request with what it threw, and the answer is paid for', async () => {
    const { router, of } = world({ a: [{}], b: [{}] });
    const mine = new Error('mine');
    const accept = () => {
      throw mine;
    };
    expect(await rejection(router.chat({ prompt: '?' }, { accept }))).toBe(mine);
    expect(of('usage')).toHaveLength(1);
    expect(of('request-end')).toHaveLength(1);
  });
});

describe('a schema whose own check throws', () => {
  it('rejects with what it threw, and its answer is paid for and gives its place back', async () => {
    const broken = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate() {
          throw new Error('no such table');
        },
      },
    } as const;
    const { router, of } = world({ a: [{ text: '{}' }] }, { concurrency: 1 });
    const schema = {
      ...broken,
      '~standard': {
        ...broken['~standard'],
        jsonSchema: { input: () => ({}), output: () => ({ type: 'object' }) },
      },
    } as never;
    await expect(router.chat({ prompt: '?', schema })).rejects.toThrow('no such table');
    expect(of('usage')).toMatchObject([{ billed: 'yes' }]);
    expect((await router.chat({ prompt: '?' })).text).toBe('{}');
  });
});
