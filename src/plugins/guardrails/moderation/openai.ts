import { check, checkObject, refuse, show } from '../../../util/option-check.ts';
import { amount } from '../../../util/shape.ts';
import type { GuardOptions } from '../guards/block.ts';
import type { Guard, VendorGuard } from '../types.ts';

/** The part of the OpenAI SDK's client that is used. */
export interface ModerationClient {
  /** The SDK's resource of the same name. */
  readonly moderations: {
    /** Classifies one text: `POST /v1/moderations`. */
    create(
      body: { readonly model: string; readonly input: string },
      options?: { readonly signal?: AbortSignal },
    ): PromiseLike<{ readonly results: readonly ModerationResult[] }>;
  };
}

/** One result of the endpoint. */
export interface ModerationResult {
  /** The endpoint's own verdict. */
  readonly flagged: boolean;
  /** Whether each category applies, by its name. */
  readonly categories: object;
  /** How likely each category is, 0 to 1, by its name. */
  readonly category_scores: object;
}

/** Options of `openaiModeration`. */
export interface OpenAIModerationOptions extends GuardOptions {
  /** An OpenAI client, `new OpenAI()`. */
  readonly client: ModerationClient;
  /** @default 'omni-moderation-latest' */
  readonly model?: string;
  /** Scores from which a category blocks, 0 to 1. @default the endpoint's own verdict */
  readonly thresholds?: Readonly<Record<string, number>>;
  /** Checks streams sentence by sentence rather than at their end, with one request each. @default 'whole' */
  readonly reads?: 'sentence' | 'whole';
}

/** Milliseconds for a request to a moderation endpoint or model. */
const usualTimeout = 5_000;

/**
 * Checks texts with OpenAI's moderation endpoint, which is free of charge
 * (https://platform.openai.com/docs/guides/moderation). Messages of earlier turns are not checked again.
 *
 * @throws ConfigError naming the invalid option
 * @example
 * guardrails([openaiModeration({ client: new OpenAI(), on: ['input'] })])
 */
export function openaiModeration(options: OpenAIModerationOptions): Guard {
  const known = [
    'name',
    'on',
    'mode',
    'timeout',
    'onError',
    'history',
    'client',
    'model',
    'thresholds',
    'reads',
  ];
  checkObject('openaiModeration', options, known);
  const { client, model = 'omni-moderation-latest', thresholds, ...settings } = options;
  if (typeof client?.moderations?.create !== 'function')
    refuse('openaiModeration.client', 'an OpenAI client', show(client));
  for (const [category, score] of Object.entries(thresholds ?? {}))
    check(`openaiModeration.thresholds.${category}`, score, amount);
  return {
    name: 'openai-moderation',
    on: ['input', 'output'],
    timeout: usualTimeout,
    history: false,
    ...settings,
    async check(text, { signal }) {
      const { results } = await client.moderations.create({ model, input: text }, { signal });
      const [result] = results;
      if (result === undefined) throw new Error('the endpoint returned no result');
      const found = thresholds === undefined ? flagged(result) : above(result, thresholds);
      return found.length === 0 ? { ok: true } : { block: `flagged as ${found.join(', ')}` };
    },
  };
}

function flagged({ flagged: isFlagged, categories }: ModerationResult): readonly string[] {
  const names = Object.entries(categories).filter(([, is]) => is === true);
  if (names.length > 0) return names.map(([name]) => name);
  return isFlagged ? ['unsafe'] : [];
}

function above(
  { category_scores: scores }: ModerationResult,
  thresholds: Readonly<Record<string, number>>,
): readonly string[] {
  return Object.entries(scores as Record<string, number>)
    .filter(([name, score]) => score >= (thresholds[name] ?? Number.POSITIVE_INFINITY))
    .map(([name]) => name);
}

/** Options of `vendorModeration`. */
export interface VendorModerationOptions {
  /** @default 'vendor-moderation' */
  readonly name?: string;
  /** @default 'omni-moderation-latest' */
  readonly model?: string;
  /** How OpenAI treats flagged requests. @default 'block' */
  readonly input?: 'score' | 'block';
  /** How OpenAI treats flagged answers. @default 'block' */
  readonly output?: 'score' | 'block';
}

/**
 * Lets OpenAI moderate requests and answers itself, without another request: the `moderation` field of Chat
 * Completions and Responses. Targets of other vendors ignore it.
 *
 * @throws ConfigError naming the invalid option
 * @example
 * guardrails([vendorModeration({ output: 'block' })])
 */
export function vendorModeration(options: VendorModerationOptions = {}): VendorGuard {
  checkObject('vendorModeration', options, ['name', 'model', 'input', 'output']);
  const {
    name = 'vendor-moderation',
    model = 'omni-moderation-latest',
    input = 'block',
    output = 'block',
  } = options;
  for (const [field, mode] of Object.entries({ input, output }))
    if (mode !== 'score' && mode !== 'block')
      refuse(`vendorModeration.${field}`, 'score or block', show(mode));
  const policy = { input: { mode: input }, output: { mode: output } };
  return { name, vendorOptions: { openai: { moderation: { model, policy } } } };
}
