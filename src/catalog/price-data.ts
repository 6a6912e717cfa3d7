/** A provider and its models: the parts that are counted here. */
export interface PricedProvider {
  readonly models: readonly unknown[];
}

/**
 * Checks data from the network against the form that genai-prices needs; otherwise a request would find the fault later.
 * Only the fields that matter for prices are checked.
 *
 * @throws Error naming the first place that is not as it has to be
 */
export function checkPriceData(data: unknown): readonly PricedProvider[] {
  if (!Array.isArray(data) || data.length === 0) throw wrong('the data', 'a list of providers');
  for (const [index, provider] of data.entries()) checkProvider(`[${index}]`, provider);
  return data;
}

type Fields = Readonly<Record<string, unknown>>;

function checkProvider(path: string, provider: unknown): void {
  const { id, api_pattern, models } = fieldsOf(path, provider);
  if (typeof id !== 'string') throw wrong(`${path}.id`, 'a name');
  if (typeof api_pattern !== 'string') throw wrong(`${path}.api_pattern`, 'a pattern');
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
  for (const [index, price] of prices.entries())
    checkRates(`${path}.prices[${index}].prices`, fieldsOf(`${path}.prices[${index}]`, price)['prices']);
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
  return typeof tier === 'object' && tier !== null && isAmount((tier as Fields)['price']);
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
