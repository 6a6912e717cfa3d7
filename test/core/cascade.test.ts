import { describe, expect, it } from 'vitest';
import { read, rejection, textOf, type World, world } from '../support/requests.ts';

const ask = { prompt: '?' };
const accept = ({ text }: { readonly text: string }) => text.length > 5 || 'too short';
/** US$ per million tokens: 10 in at 1 and 2, 5 out at 2 and 3. */
const cheapCost = 0.000_02;
const expensiveCost = 0.000_035;
const bothCosts = 0.000_055;

function cascade(options: Parameters<typeof world>[1] = {}): World {
  return world(
    { cheap: [{ text: 'Hm.' }], expensive: [{ text: 'A whole answer.' }] },
    { accept, interrupted: 'restart', ...options },
  );
}

const bill = ({ of }: World) =>
  of('usage').map(({ target, outcome, billed, cost }) => [target, outcome, billed, cost?.total]);

describe('cheap first, and expensive where that answer is rejected', () => {
  it.each(['chat', 'stream'] as const)('reports the cost of both answers, in a %s', async (kind) => {
    const all = cascade();
    const text =
      kind === 'chat' ? (await all.router.chat(ask)).text : textOf(await read(await all.router.stream(ask)));
    expect(text).toBe('A whole answer.');
    expect(bill(all)).toEqual([
      ['cheap', 'failed', 'yes', cheapCost],
      ['expensive', 'success', 'yes', expensiveCost],
    ]);
    const [end] = all.of('request-end');
    expect([end?.target, end?.cost?.total, end?.wastedCost]).toEqual(['expensive', expensiveCost, cheapCost]);
    expect(end?.attempts.map(({ cost }) => cost?.total)).toEqual([cheapCost, expensiveCost]);
  });

  it.each(['chat', 'stream'] as const)('reports it too where both are rejected, in a %s', async (kind) => {
    const all = cascade({ accept: () => 'no' });
    await rejection(kind === 'chat' ? all.router.chat(ask) : all.router.stream(ask).then(read));
    expect(bill(all)).toEqual([
      ['cheap', 'failed', 'yes', cheapCost],
      ['expensive', 'failed', 'yes', expensiveCost],
    ]);
    const [end] = all.of('request-end');
    expect([end?.cost, end?.wastedCost]).toEqual([undefined, bothCosts]);
  });

  it('costs only the cheap answer if that is accepted', async () => {
    const all = cascade({ accept: () => true });
    await all.router.chat(ask);
    expect(bill(all)).toEqual([['cheap', 'success', 'yes', cheapCost]]);
    expect(all.of('request-end')[0]?.wastedCost).toBe(0);
  });

  it('has the cost of its answer in the result, and that of the other in the attempts', async () => {
    const { cost, attempts } = await cascade().router.chat(ask);
    const spent = attempts.map((attempt) => attempt.cost?.total);
    expect([cost?.total, spent]).toEqual([expensiveCost, [cheapCost, expensiveCost]]);
  });

  it('pays once for the cheap answer where the expensive target is down, and reports it', async () => {
    const all = world(
      { cheap: [{ text: 'Hm.' }], expensive: [{ error: { kind: 'server', status: 500 } }] },
      { accept, retry: { sameTarget: 0 } },
    );
    await rejection(all.router.chat(ask));
    expect(bill(all)).toEqual([['cheap', 'failed', 'yes', cheapCost]]);
    expect(all.of('request-end')[0]?.wastedCost).toBe(cheapCost);
  });
});
