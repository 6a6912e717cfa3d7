import { costOf } from '../pricing/cost.ts';
import type { Capabilities } from '../types/options/capabilities.ts';
import type { Price } from '../types/options/price.ts';
import { check, checkObject, refuse, show } from '../util/option-check.ts';
import { amount, oneOf } from '../util/shape.ts';
import { loadKnowledge } from './knowledge.ts';
import { type Listed, listModels } from './listing.ts';

/** The abilities that `models` can filter by. */
export type Ability = Exclude<keyof Capabilities, 'contextLength' | 'maxOutputTokens'>;

const abilities: readonly Ability[] = [
  'chat',
  'embeddings',
  'tools',
  'images',
  'imageGeneration',
  'files',
  'jsonSchema',
  'reasoning',
  'prefill',
];

/** Filters of `models`. */
export interface ModelQuery {
  /**
   * One provider or several, by the names that targets have: `openai`, `groq`, `xai` …
   *
   * @default all
   */
  readonly provider?: string | readonly string[];
  /**
   * Required capabilities. They are known for the general models of OpenAI, Anthropic and Google; most other models are excluded
   * by any requirement.
   */
  readonly supports?: readonly Ability[];
  /** Highest price in US$ per million tokens, at the rates for short inputs. */
  readonly maxPrice?: {
    /** For input tokens. */
    readonly input?: number;
    /** For output tokens. */
    readonly output?: number;
  };
  /** Smallest context length in tokens. Models of unknown length are excluded. */
  readonly minContext?: number;
  /**
   * The moment of the prices: a date, or milliseconds since 1970.
   *
   * @default now
   */
  readonly date?: Date | number;
}

/** A model of the catalog. */
export interface CatalogModel {
  /** The provider's name in targets; without a preset, the `name` to give to `openaiCompatible` for its prices. */
  readonly provider: string;
  /** The vendor's name of the model. Some older models need their date appended. */
  readonly model: string;
  /** Display name. */
  readonly name: string;
  /** US$ per million tokens. */
  readonly price: Price;
  /** Context length in tokens, where known. */
  readonly contextLength: number | undefined;
  /** Its capabilities; absent if unknown. */
  readonly capabilities?: Capabilities;
}

/**
 * The models of the catalog, cheapest first: by the price of 3,000 input and 1,000 output tokens, or of 3,000 input tokens for
 * embeddings. Withdrawn models and models without a price are excluded.
 *
 * Capabilities come from signalbox's providers; a model of unknown ability counts as not having it.
 *
 * @throws ConfigError naming the field of the query, what it got and what it wants
 * @example
 * const [cheapest] = await models({ supports: ['tools', 'images'], maxPrice: { output: 2 }, minContext: 200_000 });
 */
export async function models(query: ModelQuery = {}): Promise<readonly CatalogModel[]> {
  checkQuery(query);
  const listed = await listModels(toDate('models.date', query.date));
  const knowledge = await loadKnowledge();
  const { provider, supports = [], minContext = 0, maxPrice = {} } = query;
  const providers = typeof provider === 'string' ? [provider] : provider;
  return listed
    .filter((each) => providers?.includes(each.provider) ?? true)
    .map((each) => describe(each, knowledge(each.provider, each.model)))
    .filter(({ contextLength = 0 }) => contextLength >= minContext)
    .filter(({ price }) => (maxPrice.input ?? price.input) >= price.input)
    .filter(({ price: { output = 0 } }) => (maxPrice.output ?? output) >= output)
    .filter(({ capabilities = {} }) => supports.every((ability) => has(capabilities, ability)))
    .toSorted((a, b) => typicalCost(a.price) - typicalCost(b.price) || byName(a, b));
}

/** Milliseconds since 1970. */
export function toDate(option: string, date: Date | number = Date.now()): number {
  const at = Number(date);
  const right = (typeof date === 'number' || date instanceof Date) && !Number.isNaN(at);
  return right ? at : refuse(option, 'a date, or milliseconds since 1970', show(date));
}

function describe(listed: Listed, capabilities: Capabilities | undefined): CatalogModel {
  return capabilities === undefined ? listed : { ...listed, capabilities };
}

function has(capabilities: Capabilities, ability: Ability): boolean {
  const able = capabilities[ability];
  if (Array.isArray(able)) return able.length > 0;
  // `prompt` describes a server's image endpoint, not what each of its models can do.
  return able === true || able === 'echo' || able === 'images';
}

function typicalCost(price: Price): number {
  const outputTokens = price.output === undefined ? 0 : 1_000;
  return costOf({ inputTokens: 3_000, outputTokens }, price, 'catalog')?.total ?? Number.POSITIVE_INFINITY;
}

function byName(a: CatalogModel, b: CatalogModel): number {
  const [first, second] = [`${a.provider}/${a.model}`, `${b.provider}/${b.model}`];
  return first < second ? -1 : Number(first > second);
}

function checkQuery(query: ModelQuery): void {
  const fields = ['provider', 'supports', 'maxPrice', 'minContext', 'date'];
  const { provider, supports, maxPrice, minContext } = checkObject('models', query, fields);
  const names = Array.isArray(provider) ? provider : [provider ?? ''];
  if (names.some((name) => typeof name !== 'string'))
    refuse('models.provider', 'a provider’s name, or a list of them', show(provider));
  if (supports !== undefined && !Array.isArray(supports))
    refuse('models.supports', `a list of ${abilities.join(', ')}`, show(supports));
  for (const [index, ability] of (supports ?? []).entries())
    check(`models.supports[${index}]`, ability, oneOf(...abilities));
  check('models.minContext', minContext, amount);
  if (maxPrice === undefined) return;
  const most = checkObject('models.maxPrice', maxPrice, ['input', 'output']);
  check('models.maxPrice.input', most['input'], amount);
  check('models.maxPrice.output', most['output'], amount);
}
