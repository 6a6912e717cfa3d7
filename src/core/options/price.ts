import type { Rates } from '../../types/options/price.ts';
import {
  amount,
  each,
  type Flaw,
  flag,
  is,
  listOf,
  only,
  recordOf,
  type Shape,
  type Shapes,
  wrong,
} from '../../util/shape.ts';

const rateFields = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'inputAudio',
  'outputAudio',
  'inputImage',
  'outputImage',
  'outputReasoning',
] as const satisfies readonly (keyof Rates)[];
const feeFields = ['request', 'webSearch', 'fileSearch', 'codeExecution', 'image'] as const;

/** Vendors' names for the tier that answers report as `standard`. */
const standardNames = ['standard', 'default', 'on_demand'];

/** A finite number of at least 0. */
function factor(expected = 'a factor of at least 0'): Shape {
  return is(expected, (value) => Number.isFinite(value) && (value as number) >= 0);
}

const rate = factor('US$ per million tokens, a number of at least 0');
const rates: Shapes = each(rateFields, rate);
const required: Shapes = { input: rate };

const above = (value: unknown): Flaw | undefined =>
  value === undefined ? wrong('a number of input tokens', value) : amount(value);
const tier = only(rates, { ...required, above });
const isList = is('a list', Array.isArray);
const tiers: Shape = (value) => isList(value) ?? listOf(tier, 'tier')(value);
const tierRates = only({ ...rates, tiers }, required);
const orRates = factor('a factor of at least 0, or rates');

function serviceTier(value: unknown, name: string): Flaw | undefined {
  if (name !== name.toLowerCase()) return wrong('a name in lower case', name);
  if (standardNames.includes(name)) return wrong('a tier other than the standard one', name);
  return typeof value === 'object' && value !== null ? tierRates(value) : orRates(value);
}

/** A price. */
export const price: Shape = /* @__PURE__ */ only(
  {
    ...rates,
    ...each(feeFields, amount),
    freeSearches: flag,
    tiers,
    serviceTiers: recordOf(serviceTier),
    regions: recordOf(factor()),
  },
  required,
);
