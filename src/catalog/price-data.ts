import { type ListedProvider, secondsOf } from '../pricing/price-list.ts';

/**
 * Checks data from the network against the form of genai-prices; otherwise a request would find the fault later.
 * Only the fields that matter for prices are checked.
 *
 * @throws Error naming the first place that is not as it has to be
 */
export function checkPriceData(data: unknown): readonly ListedProvider[] {
  if (!Array.isArray(data) || data.length === 0) throw wrong('the data', 'a list of providers');
  for (const [index, provider] of data.entries()) checkProvider(`[${index}]`, provider);
  return data;
}

type Fields = Readonly<Record<string, unknown>>;

function checkProvider(path: string, provider: unknown): void {
  const { id, models, fallback_model_providers: others = [] } = fieldsOf(path, provider);
  if (typeof id !== 'string') throw wrong(`${path}.id`, 'a name');
  if (!Array.isArray(others)) throw wrong(`${path}.fallback_model_providers`, 'a list');
  if (!Array.isArray(models)) throw wrong(`${path}.models`, 'a list');
  for (const [index, model] of models.entries()) checkModel(`${path}.models[${index}]`, model);
}

function checkModel(path: string, model: unknown): void {
  const { id, match, prices, context_window: length } = fieldsOf(path, model);
  if (typeof id !== 'string') throw wrong(`${path}.id`, 'a name');
  checkMatch(`${path}.match`, match);
  if (length !== undefined && typeof length !== 'number') throw wrong(`${path}.context_window`, 'a number');
  if (!Array.isArray(prices)) {
    checkRates(`${path}.prices`, prices);
    return;
  }
  if (prices.length === 0) throw wrong(`${path}.prices`, 'at least one price');
  for (const [index, price] of prices.entries()) {
    const at = `${path}.prices[${index}]`;
    const { constraint, prices: rates } = fieldsOf(at, price);
    if (constraint !== undefined) checkConstraint(`${at}.constraint`, constraint);
    checkRates(`${at}.prices`, rates);
  }
}

/** From a day on, or between two times of each day. */
function checkConstraint(path: string, constraint: unknown): void {
  const { start_date: day, start_time: start, end_time: end } = fieldsOf(path, constraint);
  const isDay = typeof day === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day));
  if (!isDay && !(isTime(start) && isTime(end))) throw wrong(path, 'a day, or a time of day');
}

function isTime(time: unknown): boolean {
  return typeof time === 'string' && secondsOf(time) !== undefined;
}

const words = ['equals', 'starts_with', 'ends_with', 'contains', 'regex'];

function checkMatch(path: string, match: unknown): void {
  const [[word, value] = []] = Object.entries(fieldsOf(path, match));
  if ((word === 'or' || word === 'and') && Array.isArray(value)) {
    for (const [index, each] of value.entries()) checkMatch(`${path}.${word}[${index}]`, each);
    return;
  }
  if (word === undefined || !words.includes(word) || typeof value !== 'string')
    throw wrong(path, 'a rule for names');
  if (word === 'regex') new RegExp(value); // throws where it is none
}

function checkRates(path: string, prices: unknown): void {
  for (const [key, rate] of Object.entries(fieldsOf(path, prices))) {
    if (isAmount(rate)) continue;
    const { base, tiers } = fieldsOf(`${path}.${key}`, rate);
    const right = isAmount(base) && Array.isArray(tiers) && tiers.every(isTier);
    if (!right) throw wrong(`${path}.${key}`, 'an amount, or an amount with tiers');
  }
}

function isTier(tier: unknown): boolean {
  if (typeof tier !== 'object' || tier === null) return false;
  const { price, start } = tier as Fields;
  return isAmount(price) && isAmount(start);
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function fieldsOf(path: string, value: unknown): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw wrong(path, 'an object');
}

function wrong(path: string, expected: string): Error {
  return new Error(`prices: ${path} is not ${expected}`);
}
