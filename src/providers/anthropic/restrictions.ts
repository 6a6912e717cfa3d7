import type { ResolvedChatRequest, ResolvedFunctionTool } from '../../types/provider.ts';
import { asObject } from '../../util/json.ts';
import { asksToReason, beginsAnswer, forcesTool } from '../shared/restrictions/conditions.ts';
import type { Restriction } from '../shared/restrictions/restriction.ts';
import { continuesWithoutThinking, toConversation } from './messages.ts';
import {
  alwaysThinks,
  generationOf,
  minBudget,
  takesPrefill,
  takesSampling,
  takesSchema,
  thinksAdaptively,
} from './model.ts';

const docs = 'https://platform.claude.com/docs/en';
const extendedThinking = `${docs}/build-with-claude/extended-thinking`;
const efforts = `${docs}/build-with-claude/effort`;

/** Combinations that Claude refuses. Bedrock and Vertex AI pass the same models on, but are not checked here. */
export const claudeRestrictions: readonly Restriction[] = [
  {
    page: `${docs}/api/messages`,
    effect: { leaveOut: ['seed', 'presencePenalty', 'frequencyPenalty'] },
  },
  {
    page: `${docs}/about-claude/models/migration-guide`,
    models: (model) => !takesSampling(model),
    details: 'not supported by this model',
    effect: { leaveOut: ['temperature', 'topP', 'topK'] },
  },
  {
    page: `${docs}/about-claude/models/whats-new-claude-4-6#prefill-removal`,
    models: (model) => isKnown(model) && !takesPrefill(model),
    when: beginsAnswer,
    effect: { incapable: 'an answer that the request begins' },
  },
  {
    page: `${docs}/agents-and-tools/tool-use/implement-tool-use#forcing-tool-use`,
    models: alwaysThinks,
    when: forcesTool,
    details: 'this model always thinks, and then chooses by itself whether to call a tool',
    effect: { feature: 'toolChoice', change: () => ({ toolChoice: 'auto' }) },
  },
  {
    page: `${extendedThinking}#extended-thinking-with-tool-use`,
    when: (request) => forcesTool(request) && thinks(request),
    details: 'not available with a forced tool call',
    effect: { leaveOut: ['reasoning'], options: ['thinking'] },
  },
  {
    page: `${docs}/build-with-claude/prompt-engineering/prefill-claudes-response`,
    when: (request) => beginsAnswer(request) && thinks(request),
    details: 'not available where the request begins the answer',
    effect: { leaveOut: ['reasoning'], options: ['thinking'] },
  },
  {
    page: `${extendedThinking}#extended-thinking-with-tool-use`,
    models: (model) => !thinksAdaptively(model),
    when: (request) => asksToReason(request) && followsForeignTurn(request),
    details: 'a turn begun by another model without thinking continues without it',
    effect: { leaveOut: ['reasoning'] },
  },
  {
    page: extendedThinking,
    models: (model) => !thinksAdaptively(model),
    when: (request) => asksToReason(request) && (request.maxOutputTokens ?? minBudget + 1) <= minBudget,
    details: `maxOutputTokens leaves no room for the ${minBudget} tokens that thinking requires`,
    effect: { leaveOut: ['reasoning'] },
  },
  {
    page: `${docs}/build-with-claude/adaptive-thinking`,
    models: alwaysThinks,
    effect: { efforts: ['low', 'medium', 'high', 'xhigh', 'max'] },
  },
  {
    page: efforts,
    models: (model) => generationOf(model) === 4.6,
    effect: { efforts: ['none', 'low', 'medium', 'high', 'max'] },
  },
  {
    page: efforts,
    models: (model) => thinksAdaptively(model) && isKnown(model),
    effect: { efforts: ['none', 'low', 'medium', 'high', 'xhigh', 'max'] },
  },
  {
    page: `${extendedThinking}#feature-compatibility`,
    when: thinks,
    details: 'not available with thinking',
    effect: { leaveOut: ['temperature', 'topP', 'topK'] },
  },
  {
    page: `${docs}/about-claude/models/migration-guide#sampling-parameter-changes`,
    models: (model) => generationOf(model) >= 4.1,
    when: ({ temperature, topP }) => temperature !== undefined && topP !== undefined,
    details: 'this model accepts temperature or topP, and temperature is sent',
    effect: { leaveOut: ['topP'] },
  },
  {
    page: `${docs}/agents-and-tools/tool-use/implement-tool-use`,
    when: (request) => !declaresTools(request) && calledTools(request).length > 0,
    details: 'tools that the conversation has called are declared, without a schema and not to be called',
    effect: {
      feature: 'tools',
      change: (request) => ({ tools: calledTools(request), toolChoice: 'none' }),
    },
  },
  {
    page: `${docs}/build-with-claude/structured-outputs#feature-compatibility`,
    models: (model) => takesSchema(model) && takesPrefill(model),
    when: beginsAnswer,
    effect: { jsonBy: 'instruction' },
  },
];

function isKnown(model: string): boolean {
  return generationOf(model) !== Number.POSITIVE_INFINITY;
}

/** Whether the request thinks, by its effort or by the vendor's own option. */
function thinks(request: ResolvedChatRequest): boolean {
  if (asksToReason(request)) return true;
  const type = asObject(request.providerOptions?.['anthropic']?.['thinking'])?.['type'];
  return type === 'enabled' || type === 'adaptive';
}

function followsForeignTurn({ messages }: ResolvedChatRequest): boolean {
  if (!messages.slice(-2).some(({ role }) => role === 'tool')) return false;
  return continuesWithoutThinking(toConversation(messages, []).messages);
}

function declaresTools({ tools, providerOptions }: ResolvedChatRequest): boolean {
  return tools !== undefined || providerOptions?.['anthropic']?.['tools'] !== undefined;
}

/** The tools that a conversation has called, each once. */
function calledTools({ messages }: ResolvedChatRequest): readonly ResolvedFunctionTool[] {
  const names = new Set<string>();
  for (const { role, content } of messages) {
    if (role !== 'assistant' || typeof content === 'string') continue;
    for (const part of content)
      if (part.type === 'tool-call' && part.providerExecuted !== true) names.add(part.toolName);
  }
  return [...names].map((name) => ({ type: 'function', name, inputSchema: { type: 'object' } }));
}
