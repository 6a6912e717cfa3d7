import type { ResolvedChatRequest } from '../../../types/provider.ts';
import { asksToReason, beginsAnswer, forcesTool } from '../../shared/restrictions/conditions.ts';
import type { ChangedRequest, Restriction } from '../../shared/restrictions/restriction.ts';

/** Combinations that vendors refuse, one list per vendor. */

const groqReasoning = 'https://console.groq.com/docs/reasoning#options-for-reasoning-effort';

export const groqRestrictions: readonly Restriction[] = [
  {
    page: 'https://console.groq.com/docs/structured-outputs#json-object-mode',
    when: ({ tools }) => tools !== undefined,
    effect: { jsonBy: 'instruction' },
  },
  { page: groqReasoning, models: /gpt-oss/, effect: { efforts: ['low', 'medium', 'high'] } },
  {
    page: groqReasoning,
    models: /qwen3/,
    when: asksToReason,
    details: 'this model reasons by default, with one effort',
    effect: { leaveOut: ['reasoning'] },
  },
  {
    page: groqReasoning,
    models: /llama|gemma|kimi-k2/,
    details: 'this model does not reason',
    effect: { leaveOut: ['reasoning'] },
  },
  { page: 'https://console.groq.com/docs/api-reference#chat-create', effect: { mostStopSequences: 4 } },
];

const kimiThinking = 'https://platform.kimi.ai/docs/guide/use-thinking-effort';

function withThinking(
  { providerOptions }: ResolvedChatRequest,
  type: 'enabled' | 'disabled',
): ChangedRequest {
  const moonshot = { thinking: { type }, ...providerOptions?.['moonshot'] };
  return { reasoning: undefined, providerOptions: { ...providerOptions, moonshot } };
}

export const moonshotRestrictions: readonly Restriction[] = [
  { page: kimiThinking, models: /^kimi-k3/, effect: { efforts: ['low', 'high', 'max'] } },
  {
    page: 'https://platform.kimi.ai/docs/guide/use-kimi-k2-thinking-model',
    models: /^kimi-k2(\.\d+-code|-thinking)/,
    details: 'this model always thinks, with one effort',
    effect: { leaveOut: ['reasoning'] },
  },
  {
    page: kimiThinking,
    models: /^kimi-k2\.[56]$/,
    when: ({ reasoning }) => reasoning === 'none',
    effect: { change: (request) => withThinking(request, 'disabled') },
  },
  {
    page: kimiThinking,
    models: /^kimi-k2\.[56]$/,
    when: asksToReason,
    details: 'this model has one effort',
    effect: { feature: 'reasoning', change: (request) => withThinking(request, 'enabled') },
  },
  {
    page: 'https://platform.kimi.ai/docs/api/chat',
    models: /^kimi-k(2\.[5-9]|3)/,
    details: 'fixed for this model',
    effect: { leaveOut: ['temperature', 'topP'] },
  },
];

export const perplexityRestrictions: readonly Restriction[] = [
  {
    page: 'https://docs.perplexity.ai/api-reference/chat-completions-post',
    when: beginsAnswer,
    effect: { incapable: 'an answer that the request begins' },
  },
];

export const qwenRestrictions: readonly Restriction[] = [
  {
    page: 'https://www.alibabacloud.com/help/en/model-studio/qwen-function-calling',
    when: (request) => forcesTool(request) && asksToReason(request),
    details: 'not available with a forced tool call',
    effect: { feature: 'reasoning', change: () => ({ reasoning: 'none' }) },
  },
  {
    page: 'https://www.alibabacloud.com/help/en/model-studio/qwen-structured-output',
    when: asksToReason,
    effect: { jsonBy: 'instruction' },
  },
];

export const togetherRestrictions: readonly Restriction[] = [
  {
    page: 'https://docs.together.ai/docs/glm-5.3-quickstart',
    models: /GLM-5\.3/i,
    effect: { efforts: ['low', 'medium', 'high', 'max'] },
  },
];

const xaiReasoning = 'https://docs.x.ai/docs/guides/reasoning';

export const xaiRestrictions: readonly Restriction[] = [
  { page: xaiReasoning, models: /^grok-3-mini/, effect: { efforts: ['low', 'high'] } },
  { page: xaiReasoning, models: /^grok-4\.3/, effect: { efforts: ['none', 'low', 'medium', 'high'] } },
  {
    page: xaiReasoning,
    models: /^grok-(3(?!-mini)|4(?!\.)|code-fast)/,
    details: 'this model has no efforts',
    effect: { leaveOut: ['reasoning'] },
  },
];
