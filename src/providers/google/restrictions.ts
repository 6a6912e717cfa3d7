import type { ResolvedChatRequest } from '../../types/provider.ts';
import { asObject } from '../../util/json.ts';
import { hasFunctions } from '../shared/restrictions/conditions.ts';
import type { Restriction } from '../shared/restrictions/restriction.ts';
import { leastBudgetOfPro } from './chat/thinking.ts';
import { generationOf } from './model.ts';

const docs = 'https://ai.google.dev/gemini-api/docs';
const budgetPage = `${docs}/thinking#set-budget`;
const levelPage = `${docs}/generate-content/thinking#thinking-levels`;

/** Combinations that Gemini refuses. */
export const geminiRestrictions: readonly Restriction[] = [
  {
    page: `${docs}/tool-combination`,
    models: (model) => generationOf(model) < 3,
    when: combinesTools,
    effect: { incapable: 'vendor tools together with functions' },
  },
  {
    page: `${docs}/structured-output#structured_outputs_with_tools`,
    models: (model) => generationOf(model) < 3,
    when: ({ tools }) => tools !== undefined,
    effect: { jsonBy: 'instruction' },
  },
  {
    page: budgetPage,
    models: /^gemini-2\.5-pro/,
    effect: { efforts: ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'] },
  },
  { page: levelPage, models: /^gemini-3-pro/, effect: { efforts: ['low', 'high'] } },
  { page: levelPage, models: /^gemini-3\.\d+-pro/, effect: { efforts: ['low', 'medium', 'high'] } },
  {
    page: levelPage,
    models: /^gemini-3\.[67]-flash(?!-lite)/,
    effect: { efforts: ['low', 'medium', 'high'] },
  },
  {
    page: levelPage,
    models: (model) => generationOf(model) >= 3,
    effect: { efforts: ['minimal', 'low', 'medium', 'high'] },
  },
  budgetOf(/^gemini-2\.5-pro/, leastBudgetOfPro, 32_768, false),
  budgetOf(/^gemini-2\.5-flash-lite/, 512, 24_576, true),
  budgetOf(/^gemini-2\.5-flash(?!-lite)/, 1, 24_576, true),
  {
    page: 'https://github.com/google-gemini/cookbook/issues/1290',
    models: (model) => generationOf(model) >= 2.5,
    when: ({ presencePenalty, frequencyPenalty }) =>
      presencePenalty !== undefined || frequencyPenalty !== undefined,
    details: 'not supported by this model',
    effect: { leaveOut: ['presencePenalty', 'frequencyPenalty'] },
  },
  {
    page: 'https://ai.google.dev/api/generate-content#FIELDS.stop_sequences',
    effect: { mostStopSequences: 5 },
  },
];

/** Whether a request has both vendor tools and functions. */
export function combinesTools(request: ResolvedChatRequest): boolean {
  const own = request.tools?.some((tool) => tool.type === 'provider' && tool.id.startsWith('google.'));
  return own === true && hasFunctions(request);
}

/** Clamps a thinking budget in the vendor's options to the range of the model. -1 means dynamic. */
function budgetOf(models: RegExp, least: number, most: number, canStop: boolean): Restriction {
  const nearest = (budget: number): number => {
    if (budget === -1 || (budget === 0 && canStop)) return budget;
    return Math.min(Math.max(budget, least), most);
  };
  return {
    page: budgetPage,
    models,
    when: (request) => {
      const budget = givenBudget(request);
      return typeof budget === 'number' && nearest(budget) !== budget;
    },
    details: `this model thinks with ${least} to ${most} tokens`,
    effect: {
      feature: 'providerOptions.google.thinkingConfig',
      change: (request) => {
        const google = request.providerOptions?.['google'] ?? {};
        const thinkingBudget = nearest(Number(givenBudget(request)));
        const thinkingConfig = { ...(google['thinkingConfig'] as object), thinkingBudget };
        return { providerOptions: { ...request.providerOptions, google: { ...google, thinkingConfig } } };
      },
    },
  };
}

function givenBudget({ providerOptions }: ResolvedChatRequest): unknown {
  return asObject(providerOptions?.['google']?.['thinkingConfig'])?.['thinkingBudget'];
}
