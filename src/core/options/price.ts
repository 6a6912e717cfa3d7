import type { Price, Rates } from '../../types/options/price.ts';
import { checkNumber, checkObject, checkType, type Refuse, show } from '../../util/option-check.ts';

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
const priceFields = [
  ...rateFields,
  ...feeFields,
  'freeSearches',
  'tiers',
  'serviceTiers',
  'regions',
] as const satisfies readonly (keyof Price)[];

/** What vendors call the tier of which the answer says `standard`. */
const standardNames = ['standard', 'default', 'on_demand'];

/** Refuses anything but `undefined` and a price. */
export function checkPrice(path: string, given: unknown, refuse: Refuse): void {
  if (given === undefined) return;
  const price = checkObject(path, given, priceFields, refuse);
  checkRates(path, price, refuse);
  for (const fee of feeFields) checkNumber(`${path}.${fee}`, price[fee], refuse);
  checkType(`${path}.freeSearches`, price['freeSearches'], 'boolean', refuse);
  checkTiers(`${path}.tiers`, price['tiers'], refuse);
  checkServiceTiers(`${path}.serviceTiers`, price['serviceTiers'], refuse);
  for (const [region, factor] of entriesOf(`${path}.regions`, price['regions'], refuse))
    checkFactor(`${path}.regions.${region}`, factor, 'a factor of at least 0', refuse);
}

function checkServiceTiers(path: string, given: unknown, refuse: Refuse): void {
  for (const [name, value] of entriesOf(path, given, refuse)) {
    const at = `${path}.${name}`;
    if (name !== name.toLowerCase()) refuse(at, 'a name in lower case', show(name));
    if (standardNames.includes(name)) refuse(at, 'a tier other than the standard one', show(name));
    if (typeof value !== 'object' || value === null) {
      checkFactor(at, value, 'a factor of at least 0, or rates', refuse);
      continue;
    }
    const rates = checkObject(at, value, [...rateFields, 'tiers'], refuse);
    checkRates(at, rates, refuse);
    checkTiers(`${at}.tiers`, rates['tiers'], refuse);
  }
}

function checkTiers(path: string, tiers: unknown, refuse: Refuse): void {
  if (tiers === undefined) return;
  if (!Array.isArray(tiers)) refuse(path, 'a list', show(tiers));
  for (const [index, tier] of tiers.entries()) {
    const at = `${path}[${index}]`;
    const { above, ...own } = checkObject(at, tier, [...rateFields, 'above'], refuse);
    if (above === undefined) refuse(`${at}.above`, 'a number of input tokens', 'undefined');
    checkNumber(`${at}.above`, above, refuse);
    checkRates(at, own, refuse);
  }
}

function checkRates(path: string, rates: Readonly<Record<string, unknown>>, refuse: Refuse): void {
  for (const field of rateFields) {
    if (rates[field] === undefined && field !== 'input') continue;
    checkFactor(`${path}.${field}`, rates[field], 'US$ per million tokens, a number of at least 0', refuse);
  }
}

function checkFactor(path: string, value: unknown, wanted: string, refuse: Refuse): void {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) refuse(path, wanted, show(value));
}

function entriesOf(path: string, given: unknown, refuse: Refuse): readonly (readonly [string, unknown])[] {
  if (given === undefined) return [];
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    refuse(path, 'an object', show(given));
  return Object.entries(given);
}
