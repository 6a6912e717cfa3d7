import type { Price, PriceTier, Rates, ServiceTierRates } from '../types/options/price.ts';

/**
 * Vendor charges that the catalog does not list: service tiers and regions, as factors on the standard rates,
 * and tool fees. If a term is not listed here, the cost is an estimate.
 */

/** A factor on all rates, or on some if the others are unknown. */
type Factor = number | Partial<Readonly<Record<keyof Rates, number>>>;

interface Terms {
  readonly serviceTiers?: Readonly<Record<string, Factor>>;
  readonly regions?: Readonly<Record<string, number>>;
  readonly fees?: Pick<Price, 'webSearch' | 'freeSearches' | 'codeExecution'>;
}

/**
 * OpenAI's priority processing, now fast mode (https://openai.com/api-fast-mode/), by model; the factor
 * applies to all rates.
 */
const openaiPriority: Readonly<Record<string, number>> = {
  'gpt-4.1': 1.75,
  'gpt-4.1-mini': 1.75,
  'gpt-4.1-nano': 2,
  'gpt-4o': 1.7,
  'gpt-4o-mini': 5 / 3,
  'gpt-5': 2,
  'gpt-5-codex': 2,
  'gpt-5-mini': 1.8,
  'gpt-5.1': 2,
  'gpt-5.1-codex': 2,
  'gpt-5.2': 2,
  'gpt-5.2-codex': 2,
  'gpt-5.3-codex': 2,
  'gpt-5.4': 2,
  'gpt-5.4-mini': 2,
  'gpt-5.5': 2.5,
  'gpt-5.6-luna': 2,
  'gpt-5.6-sol': 2,
  'gpt-5.6-terra': 2,
  o3: 1.75,
  'o4-mini': 20 / 11,
};

/** Anthropic's fast mode (https://platform.claude.com/docs/en/build-with-claude/fast-mode), by model. */
const anthropicFast: Readonly<Record<string, number>> = {
  'claude-opus-4-6': 6,
  'claude-opus-4-7': 6,
  'claude-opus-4-8': 2,
  'claude-opus-5': 2,
  'claude-opus-5-5': 2,
};

const terms: Readonly<Record<string, (model: string) => Terms>> = {
  openai(model) {
    // Embedding and image models have other names.
    if (!/^(gpt-\d|o\d)/.test(model)) return { serviceTiers: { batch: 0.5 } };
    const priority = known(openaiPriority, model);
    return {
      // https://developers.openai.com/api/docs/guides/flex-processing: tokens at the batch rates, which are
      // half.
      serviceTiers: { flex: 0.5, batch: 0.5, ...(priority === undefined ? {} : { priority }) },
      // https://developers.openai.com/api/docs/pricing: a container of 1 GB, the default, for twenty minutes.
      fees: { codeExecution: 0.03 },
    };
  },
  anthropic(model) {
    const fast = known(anthropicFast, model);
    return {
      // https://platform.claude.com/docs/en/about-claude/pricing. The priority tier is sold by commitment.
      serviceTiers: { batch: 0.5, ...(fast === undefined ? {} : { fast }) },
      // Only models with a choice of regions report where they ran.
      regions: { us: 1.1 },
    };
  },
  google(model) {
    if (!model.startsWith('gemini-')) return {};
    return {
      // https://ai.google.dev/gemini-api/docs/optimization and, for priority,
      // https://cloud.google.com/vertex-ai/generative-ai/pricing; neither lists cache reads on the cheaper
      // tiers.
      serviceTiers: { flex: half, batch: half, priority: 1.8 },
      // https://ai.google.dev/gemini-api/docs/pricing: per query since Gemini 3, before that per prompt; some
      // are free.
      fees: { webSearch: /^gemini-[12]\b/.test(model) ? 0.035 : 0.014, freeSearches: true },
    };
  },
  // https://console.groq.com/docs/flex-processing: at on-demand prices; https://console.groq.com/docs/batch.
  groq: () => ({ serviceTiers: { flex: 1, batch: 0.5 } }),
  // https://learn.microsoft.com/en-us/azure/ai-foundry/openai/how-to/batch,
  // https://learn.microsoft.com/en-us/azure/foundry/openai/concepts/flex-processing; priority has separate prices.
  azure: () => ({ serviceTiers: { flex: 0.5, batch: 0.5 } }),
  // https://aws.amazon.com/bedrock/pricing/: half for flex, and 75 % more for priority.
  bedrock: () => ({ serviceTiers: { flex: 0.5, priority: 1.75 } }),
  // https://docs.mistral.ai/capabilities/batch/
  mistral: () => ({ serviceTiers: { batch: 0.5 } }),
  // https://docs.together.ai/docs/batch-inference: up to half off, which holds for most models.
  together: () => ({ serviceTiers: { batch: 0.5 } }),
  // https://docs.fireworks.ai/guides/batch-inference
  fireworks: () => ({ serviceTiers: { batch: 0.5 } }),
  // https://platform.kimi.ai/docs/pricing/batch
  moonshot: () => ({ serviceTiers: { batch: 0.6 } }),
  // https://openrouter.ai/docs/batch-quickstart#pricing: typically half.
  openrouter: () => ({ serviceTiers: { batch: 0.5 } }),
};

const half: Factor = {
  input: 0.5,
  output: 0.5,
  inputAudio: 0.5,
  outputAudio: 0.5,
  inputImage: 0.5,
  outputImage: 0.5,
};

/** Looks up a model name without its version date. */
function known(table: Readonly<Record<string, number>>, model: string): number | undefined {
  const name = model.replace(/-20\d\d-?\d\d-?\d\d$/, '');
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** A price with the vendor's terms; terms in the price take precedence. */
export function withVendorTerms(provider: string, model: string, price: Price): Price {
  const own = Object.hasOwn(terms, provider) ? terms[provider]?.(model) : undefined;
  if (own === undefined) return price;
  const tiers = Object.entries(own.serviceTiers ?? {}).map(([name, factor]) => [name, scaled(price, factor)]);
  return {
    ...own.fees,
    ...(tiers.length === 0 ? {} : { serviceTiers: Object.fromEntries(tiers) }),
    ...(own.regions === undefined ? {} : { regions: own.regions }),
    ...price,
  };
}

function scaled(price: Price, factor: Factor): number | ServiceTierRates {
  if (typeof factor === 'number') return factor;
  const tiers: PriceTier[] = (price.tiers ?? []).map((tier) => ({
    above: tier.above,
    ...ratesBy(factor, tier),
  }));
  return { ...ratesBy(factor, price), ...(tiers.length === 0 ? {} : { tiers }) };
}

function ratesBy(factors: Exclude<Factor, number>, rates: Rates): Rates {
  const scaledRates = Object.entries(factors).flatMap(([name, factor]) => {
    const rate = rates[name as keyof Rates];
    return rate === undefined ? [] : [[name, rate * factor]];
  });
  return Object.fromEntries(scaledRates) as Rates;
}
