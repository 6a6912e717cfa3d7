import type { ResolvedChatRequest } from '../../types/provider.ts';
import { asksToReason, hasFunctions } from '../shared/restrictions/conditions.ts';
import type { RestrictedSetting, Restriction } from '../shared/restrictions/restriction.ts';

const docs = 'https://platform.openai.com/docs';
const effortPage = `${docs}/api-reference/chat/create#chat-create-reasoning_effort`;
const latest = `${docs}/guides/latest-model#parameter-compatibility`;

const date = '(-\\d{4}-\\d{2}-\\d{2})?$';
const size = '(-mini|-nano)?';
const tier = '(-mini|-nano|-luna|-terra|-sol)?';
/** Models that always reason: the o series, and GPT-5 before 5.1. */
const alwaysReasons = new RegExp(`^(o\\d(-mini|-pro)?|gpt-5(-mini|-nano|-pro)?)${date}`);
const withoutReasoning = new RegExp(`^gpt-4(o|\\.1)${size}${date}`);

const sampling = {
  leaveOut: ['temperature', 'topP', 'presencePenalty', 'frequencyPenalty'],
  options: ['logprobs', 'top_logprobs', 'logit_bias'],
} as const satisfies { leaveOut: readonly RestrictedSetting[]; options: readonly string[] };

/** Which efforts the models accept. */
const efforts: readonly Restriction[] = [
  {
    page: effortPage,
    models: withoutReasoning,
    when: ({ reasoning }) => reasoning !== undefined,
    details: 'this model does not reason',
    effect: { leaveOut: ['reasoning'] },
  },
  {
    page: effortPage,
    models: new RegExp(`^o\\d(-mini|-pro)?${date}`),
    effect: { efforts: ['low', 'medium', 'high'] },
  },
  { page: effortPage, models: new RegExp(`^gpt-5-pro${date}`), effect: { efforts: ['high'] } },
  {
    page: effortPage,
    models: new RegExp(`^gpt-5${size}${date}`),
    effect: { efforts: ['minimal', 'low', 'medium', 'high'] },
  },
  {
    page: effortPage,
    models: new RegExp(`^gpt-5\\.1${date}`),
    effect: { efforts: ['none', 'low', 'medium', 'high'] },
  },
  {
    page: effortPage,
    models: new RegExp(`^gpt-5\\.[2-5]${size}${date}`),
    effect: { efforts: ['none', 'low', 'medium', 'high', 'xhigh'] },
  },
  {
    page: `${docs}/models/gpt-5.6`,
    models: new RegExp(`^gpt-5\\.6${tier}${date}`),
    effect: { efforts: ['none', 'low', 'medium', 'high', 'xhigh', 'max'] },
  },
];

/** What they refuse while they reason. */
const beside: readonly Restriction[] = [
  {
    page: latest,
    models: alwaysReasons,
    details: 'not supported by this model',
    effect: sampling,
  },
  {
    page: latest,
    models: new RegExp(`^gpt-5\\.[1-6]${tier}${date}`),
    when: asksToReason,
    details: "supported by this model only with reasoning 'none'",
    effect: sampling,
  },
  {
    // From 5.6 on, no effort means reasoning.
    page: latest,
    models: new RegExp(`^gpt-5\\.6${tier}${date}`),
    when: ({ reasoning }) => reasoning === undefined,
    details: "supported by this model only with reasoning 'none'",
    effect: sampling,
  },
  {
    page: `${docs}/api-reference/chat/create#chat_create-stop`,
    models: alwaysReasons,
    details: 'not supported by this model',
    effect: { leaveOut: ['stopSequences'] },
  },
  { page: `${docs}/api-reference/chat/create#chat_create-stop`, effect: { mostStopSequences: 4 } },
];

/** Reasoning beside tools, which the newer models have only in Responses. */
const toolsInChat: readonly Restriction[] = [
  {
    page: `${docs}/guides/migrate-to-responses`,
    models: new RegExp(`^gpt-5\\.[45]${tier}${date}`),
    when: (request) => hasFunctions(request) && asksToReason(request),
    details: "this model reasons beside tools only in the Responses API (`api: 'responses'`)",
    effect: { feature: 'reasoning', change: () => ({ reasoning: 'none' }) },
  },
  {
    page: `${docs}/guides/migrate-to-responses`,
    models: new RegExp(`^gpt-5\\.6${tier}${date}`),
    when: (request) => hasFunctions(request) && request.reasoning !== 'none' && !hasOwnEffort(request),
    details: "this model reasons beside tools only in the Responses API (`api: 'responses'`)",
    effect: { feature: 'reasoning', change: () => ({ reasoning: 'none' }) },
  },
];

/** Combinations that OpenAI's models refuse in Chat Completions, also where Azure serves them. */
export const openaiChatRestrictions: readonly Restriction[] = [...efforts, ...toolsInChat, ...beside];

/** Combinations that OpenAI's models refuse in Responses. */
export const responsesRestrictions: readonly Restriction[] = [
  {
    page: `${docs}/api-reference/responses/create`,
    effect: { leaveOut: ['topK', 'seed', 'stopSequences', 'presencePenalty', 'frequencyPenalty'] },
  },
  ...efforts,
  ...beside,
];

function hasOwnEffort({ providerOptions }: ResolvedChatRequest): boolean {
  return providerOptions?.['openai']?.['reasoning_effort'] !== undefined;
}
