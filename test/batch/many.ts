import type { BatchRequest } from '../../src/types/batch/job.ts';
import type { Asked, Behavior } from './vendors/vendor.ts';

export const count = 10_000;

const schema = {
  type: 'object',
  properties: { n: { type: 'integer' } },
  required: ['n'],
  additionalProperties: false,
} as const;

export const price = { input: 1, output: 10, serviceTiers: { batch: 0.5 } };

/** Cost in US$ of one answer of the mocks in a batch. */
export const each = (100 * 1 + 10 * 10) * 0.5e-6;

export function* requests(): Generator<BatchRequest> {
  for (let n = 0; n < count; n++) yield { id: `q${n}`, prompt: `number ${n}`, schema };
}

const numberOf = ({ body }: Asked): number => Number(/number (\d+)/.exec(JSON.stringify(body))?.[1]);

/** A vendor that refuses 2 %, lets 1 % expire, and answers 5 % against the schema. */
export const faulty: Partial<Behavior> = {
  fate: (asked) =>
    numberOf(asked) % 50 === 7 ? 'refused' : numberOf(asked) % 100 === 11 ? 'expired' : 'answered',
  text: (asked) => JSON.stringify(numberOf(asked) % 20 === 3 ? { no: 1 } : { n: numberOf(asked) }),
};

/** A vendor that answers all. */
export const faultless: Partial<Behavior> = { text: (asked) => JSON.stringify({ n: numberOf(asked) }) };
