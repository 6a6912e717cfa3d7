import type { Rates } from '../../types/options/price.ts';
import {
  amount,
  type Check,
  each,
  flag,
  type Refuse,
  recordOf,
  shape,
  show,
} from '../../util/option-check.ts';

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

/** What vendors call the tier of which the answer says `standard`. */
const standardNames = ['standard', 'default', 'on_demand'];

/** A finite number of at least 0, which may not be left out. */
function factor(path: string, value: unknown, refuse: Refuse, wanted = 'a factor of at least 0'): void {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) refuse(path, wanted, show(value));
}

const rate = (path: string, value: unknown, refuse: Refuse): void =>
  factor(path, value, refuse, 'US$ per million tokens, a number of at least 0');

const rates: Readonly<Record<string, Check>> = {
  ...each(rateFields, (path, value, refuse) => {
    if (value !== undefined) rate(path, value, refuse);
  }),
  input: rate,
};

const tier = shape({
  ...rates,
  above(path, value, refuse) {
    if (value === undefined) refuse(path, 'a number of input tokens', 'undefined');
    amount(path, value, refuse);
  },
});

const tiers: Check = (path, value, refuse) => {
  if (value === undefined) return;
  if (!Array.isArray(value)) refuse(path, 'a list', show(value));
  for (const [index, own] of (value as readonly unknown[]).entries())
    tier(`${path}[${index}]`, own ?? null, refuse);
};

const tierRates = shape({ ...rates, tiers });

const serviceTiers = recordOf((path, value, refuse, name) => {
  if (name !== name.toLowerCase()) refuse(path, 'a name in lower case', show(name));
  if (standardNames.includes(name)) refuse(path, 'a tier other than the standard one', show(name));
  if (typeof value !== 'object' || value === null)
    factor(path, value, refuse, 'a factor of at least 0, or rates');
  else tierRates(path, value, refuse);
});

/** Refuses anything but `undefined` and a price. */
export const checkPrice: Check = shape({
  ...rates,
  ...each(feeFields, amount),
  freeSearches: flag,
  tiers,
  serviceTiers,
  regions: recordOf((path, value, refuse) => factor(path, value, refuse)),
});
