import { type BatchRequest, createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { memory } from 'signalbox/memory';
import { openai } from 'signalbox/openai';
import { seededRandom, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { drive } from './drive.ts';
import { anthropicVendor } from './vendors/anthropic.ts';
import { openaiVendor } from './vendors/openai.ts';
import type { Asked } from './vendors/vendor.ts';

const count = 10_000;
const schema = {
  type: 'object',
  properties: { n: { type: 'integer' } },
  required: ['n'],
  additionalProperties: false,
} as const;
const price = { input: 1, output: 10, serviceTiers: { batch: 0.5 } };
/** Cost in US$ of one answer of the mocks in a batch. */
const each = (100 * 1 + 10 * 10) * 0.5e-6;

function* requests(): Generator<BatchRequest> {
  for (let n = 0; n < count; n++) yield { id: `q${n}`, prompt: `number ${n}`, schema };
}

const numberOf = ({ body }: Asked): number => Number(/number (\d+)/.exec(JSON.stringify(body))?.[1]);

describe('a batch of 10,000', { timeout: 120_000 }, () => {
  it('with 2 % refused, 1 % expired and 5 % against the schema: one result each, and the sums equal the bill', async () => {
    const open = await openaiVendor({
      fate: (asked) =>
        numberOf(asked) % 50 === 7 ? 'refused' : numberOf(asked) % 100 === 11 ? 'expired' : 'answered',
      text: (asked) => JSON.stringify(numberOf(asked) % 20 === 3 ? { no: 1 } : { n: numberOf(asked) }),
    });
    const claude = await anthropicVendor({ text: (asked) => JSON.stringify({ n: numberOf(asked) }) });
    const clock = virtualClock(Date.now());
    const router = createRouter({
      clock,
      random: seededRandom(3),
      store: memory({ clock, maxBytes: 256 * 2 ** 20 }),
      fallbackOn: ['output'],
      targets: [
        {
          provider: openai({ baseURL: `${open.url}/v1`, apiKey: 'a' }),
          model: 'gpt-5-mini',
          price,
          tiers: ['batch'],
        },
        {
          provider: anthropic({ baseURL: claude.url, apiKey: 'b' }),
          model: 'claude-haiku-4-5',
          price,
          tiers: ['batch'],
        },
      ],
    });
    let booked = 0;
    router.on('usage', ({ cost }) => {
      booked += cost?.total ?? 0;
    });
    const batch = await router.batch(requests(), { maxInFlight: 4_000 });
    const seen = new Map<string, number>();
    let wrong = 0;
    const reading = (async () => {
      for await (const { id, result } of batch.results) {
        seen.set(id, (seen.get(id) ?? 0) + 1);
        const object = result !== undefined && 'object' in result ? (result.object as { n?: number }) : {};
        if (object.n !== Number(id.slice(1))) wrong += 1;
      }
    })();
    await drive(clock, reading);
    expect(seen.size).toBe(count);
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
    expect(wrong).toBe(0);
    // 200 refused, 100 expired, 500 against the schema: the other vendor answers those.
    expect(open.billed).toHaveLength(count - 300);
    expect(claude.billed).toHaveLength(800);
    expect(booked).toBeCloseTo((open.billed.length + claude.billed.length) * each, 6);
    await open.close();
    await claude.close();
  });
});
