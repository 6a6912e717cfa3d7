import { describe, expect, it } from 'vitest';
import { breaks, type Cast, continuing, goesOn } from '../support/continuing.ts';
import { outcome, read, rejection, textOf } from '../support/requests.ts';

const ask = { prompt: 'Tell me' };
const whole = 'Paris is the capital of France.';
const another = 'Paris, the capital of France.';

/** Continues nothing, whatever it was asked: each answer begins with the first word. */
const beginsAgain = (text: string): Cast => ({ scripts: [{ text: text.split(/(?= )/) }], prefill: true });

describe('a target that begins the answer again instead of continuing it', () => {
  it('is detected if it repeats the text word for word', async () => {
    const { router } = continuing({ a: breaks('Paris is', ' the capi'), b: beginsAgain(whole) });
    const stream = await router.stream(ask);
    const parts = await read(stream);
    expect(textOf(parts)).toBe(whole);
    expect(parts.map(({ type }) => type)).not.toContain('restart');
    const { text, attempts } = await stream.result;
    expect([text, attempts.length]).toEqual([whole, 2]);
  });

  it('is detected for a reader of text only', async () => {
    const { router } = continuing({ a: breaks('Paris is', ' the capi'), b: beginsAgain(whole) }, 'continue');
    let text = '';
    for await (const delta of (await router.stream(ask)).textStream) text += delta;
    expect(text).toBe(whole);
  });

  it('restarts with its own text if that differs', async () => {
    const { router, providers } = continuing({ a: breaks('Paris is', ' the capi'), b: beginsAgain(another) });
    const stream = await router.stream(ask);
    const parts = await read(stream);
    expect(textOf(parts)).toBe(another);
    expect(parts.filter(({ type }) => type === 'restart')).toEqual([{ type: 'restart', target: 'b' }]);
    expect(providers['b']?.calls).toHaveLength(1);
    expect(await stream.result).toMatchObject({ text: another, target: 'b', warnings: [] });
  });

  it('also restarts when all that it writes is a shorter beginning', async () => {
    const { router } = continuing({ a: breaks('Paris is', ' the capi'), b: beginsAgain('Paris is') });
    const stream = await router.stream(ask);
    expect(textOf(await read(stream))).toBe('Paris is');
    expect((await stream.result).text).toBe('Paris is');
  });

  it('restarts at another target where it had too few tokens left for a whole answer', async () => {
    const { router, providers } = continuing({
      a: breaks('Paris is', ' the capi'),
      b: beginsAgain(another),
      c: { scripts: [{ text: whole }] },
    });
    expect(textOf(await read(await router.stream({ ...ask, maxOutputTokens: 10 })))).toBe(whole);
    const limits = ['b', 'c'].map((id) => providers[id]?.calls[0]?.maxOutputTokens);
    expect(limits).toEqual([6, 10]);
  });

  it('is passed over for one that continues, where the stream must not restart', async () => {
    const cast = {
      a: breaks('Paris is', ' the capi'),
      b: beginsAgain(another),
      c: goesOn('tal of', ' France.'),
    };
    const { router, providers } = continuing(cast, 'continue');
    expect(textOf(await read(await router.stream(ask)))).toBe(whole);
    expect(providers['b']?.calls).toHaveLength(1);
  });

  it('ends the stream if it must not restart, with nothing appended', async () => {
    const { router } = continuing(
      { a: breaks('Paris is', ' the capi'), b: beginsAgain(another) },
      'continue',
    );
    const error = await rejection(read(await router.stream(ask)));
    expect(error).toMatchObject({ code: 'stream-interrupted', partial: { text: 'Paris is the capi' } });
  });

  it('does not count as failed for it', async () => {
    const { router } = continuing(
      { a: breaks('Paris is', ' the capi'), b: beginsAgain(another) },
      'continue',
    );
    for (let request = 0; request < 6; request++) await outcome(router.stream(ask).then(read));
    expect(router.stats()[1]).toMatchObject({ id: 'b', health: 'healthy', failures: 0 });
  });

  it('gets its time, however long it takes to repeat a long text', async () => {
    const words = Array.from({ length: 100 }, (_, index) => `word${index} `);
    const { router, clock } = continuing({
      a: breaks(...words),
      b: { scripts: [{ text: [...words, 'end'], gap: 1_000 }], prefill: true },
    });
    const reading = router.stream(ask).then(read);
    await clock.advance(101_000);
    expect(textOf(await reading)).toBe(`${words.join('')}end`);
  });

  it('is charged for what it has written again', async () => {
    const { router } = continuing(
      { a: breaks('Paris is', ' the capi'), b: beginsAgain(another) },
      'continue',
    );
    const billed: (number | undefined)[] = [];
    router.on('usage', ({ target, outcome, usage }) => {
      if (target === 'b' && outcome === 'failed') billed.push(usage.outputTokens);
    });
    await rejection(router.stream(ask).then(read));
    expect(billed).toEqual([expect.any(Number)]);
    expect(billed[0]).toBeGreaterThan(0);
  });
});
