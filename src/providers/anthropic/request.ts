import type { ProviderCall, ResolvedTool } from '../../types/provider.ts';
import type { ReasoningEffort } from '../../types/request/request.ts';
import type { Warning } from '../../types/result/result.ts';
import { asObject, compact, type Wire } from '../../util/json.ts';
import { fitSchema } from '../shared/schema/fit.ts';
import { schemaInstruction } from '../shared/schema/instruction.ts';
import { claudeRules } from '../shared/schema/rules.ts';
import { strictTool } from '../shared/schema/tool-schema.ts';
import { ownTool } from '../shared/tools.ts';
import { type Conversation, ownOptions, plain, toConversation } from './messages.ts';
import { alwaysThinks, takesSampling, takesSchema, thinksAdaptively } from './model.ts';

/** Default output limit, in tokens. The API requires one. */
const defaultMaxTokens = 4096;
/**
 * Smallest thinking budget the API accepts, in tokens
 * (https://platform.claude.com/docs/en/build-with-claude/extended-thinking).
 */
const minBudget = 1024;

/**
 * Thinking budgets, in tokens. The scale is our own, from the API's minimum to the longest possible answer.
 */
const budgets: Readonly<Record<Exclude<ReasoningEffort, 'none'>, number>> = {
  minimal: minBudget,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_000,
};

/** Converts a call to the body of `POST /v1/messages`, with warnings for anything it cannot express. */
export function toRequest(
  call: ProviderCall,
  stream: boolean,
): { readonly body: Wire; readonly warnings: readonly Warning[] } {
  const warnings: Warning[] = [];
  const { system, messages } = toConversation(call.messages, warnings);
  const { maxTokens, thinking, effort } = toThinking(call, messages, warnings);
  const { format, instruction } = toFormat(call, warnings);
  const { output_config, ...own } = call.providerOptions?.['anthropic'] ?? {};
  // Merged, because our own fields may include the schema.
  const output = { ...compact({ effort, format }), ...asObject(output_config) };
  const instructions = instruction === undefined ? system : [...system, instruction];
  const body = compact({
    model: call.model,
    max_tokens: maxTokens,
    system: instructions.length === 0 ? undefined : plain(instructions),
    messages,
    tools: call.tools?.flatMap((tool) => toTool(tool, call.model, warnings) ?? []),
    tool_choice: toToolChoice(call),
    output_config: Object.keys(output).length === 0 ? undefined : output,
    thinking,
    stop_sequences: call.stopSequences,
    ...toSampling(call, thinking !== undefined && thinking['type'] !== 'disabled', warnings),
    ...(stream ? { stream: true } : {}),
    // Last, so that the caller's vendor options take precedence.
    ...own,
  });
  return { body, warnings };
}

/**
 * Converts the reasoning effort. Depending on the model, it becomes an effort level or a token budget that
 * must fit into the output limit.
 */
function toThinking(
  { model, reasoning, maxOutputTokens, toolChoice }: ProviderCall,
  messages: Conversation['messages'],
  warnings: Warning[],
): { readonly maxTokens: number; readonly thinking?: Wire; readonly effort?: string } {
  const maxTokens = maxOutputTokens ?? defaultMaxTokens;
  if (reasoning === undefined) return { maxTokens };
  if (reasoning === 'none') {
    if (!alwaysThinks(model)) return { maxTokens, thinking: { type: 'disabled' } };
    const details = 'this model always thinks; the lowest effort is used';
    warnings.push({ type: 'changed', feature: 'reasoning', details });
    return { maxTokens, effort: 'low' };
  }
  // https://platform.claude.com/docs/en/build-with-claude/extended-thinking#extended-thinking-with-tool-use
  if (toolChoice === 'required' || typeof toolChoice === 'object') {
    const details = 'not available with a forced tool call';
    warnings.push({ type: 'unsupported', feature: 'reasoning', details });
    return { maxTokens };
  }
  if (thinksAdaptively(model)) {
    return { maxTokens, thinking: { type: 'adaptive' }, effort: reasoning === 'minimal' ? 'low' : reasoning };
  }
  if (continuesWithoutThinking(messages)) {
    const details = 'a turn begun by another model without thinking continues without it';
    warnings.push({ type: 'unsupported', feature: 'reasoning', details });
    return { maxTokens };
  }
  const wanted = budgets[reasoning];
  if (maxOutputTokens === undefined) {
    return { maxTokens: maxTokens + wanted, thinking: { type: 'enabled', budget_tokens: wanted } };
  }
  const budget = Math.min(wanted, maxOutputTokens - 1);
  if (budget >= minBudget) return { maxTokens, thinking: { type: 'enabled', budget_tokens: budget } };
  const details = `maxOutputTokens leaves no room for the ${minBudget} tokens that thinking requires`;
  warnings.push({ type: 'unsupported', feature: 'reasoning', details });
  return { maxTokens };
}

/**
 * Whether the conversation ends with tool results for a turn that does not begin with thinking, as after a
 * failover from another vendor. Models with a thinking budget then reject thinking
 * (https://platform.claude.com/docs/en/build-with-claude/extended-thinking#extended-thinking-with-tool-use).
 */
function continuesWithoutThinking(messages: Conversation['messages']): boolean {
  const [turn, answer] = messages.slice(-2);
  if (turn?.role !== 'assistant' || typeof turn.content === 'string' || typeof answer?.content === 'string')
    return false;
  const answered = answer?.content.some(({ type }) => type === 'tool_result') === true;
  const first = turn.content[0]?.['type'];
  return answered && first !== 'thinking' && first !== 'redacted_thinking';
}

function toSampling(call: ProviderCall, thinks: boolean, warnings: Warning[]): Wire {
  const unsupported = (feature: 'seed' | 'presencePenalty' | 'frequencyPenalty'): void => {
    if (call[feature] !== undefined) warnings.push({ type: 'unsupported', feature });
  };
  unsupported('seed');
  unsupported('presencePenalty');
  unsupported('frequencyPenalty');
  const { temperature, topP: top_p, topK: top_k } = call;
  if (takesSampling(call.model) && !thinks) return compact({ temperature, top_p, top_k });
  const details = thinks ? 'not available with thinking' : 'not supported by this model';
  for (const feature of ['temperature', 'topP', 'topK'] as const) {
    if (call[feature] !== undefined) warnings.push({ type: 'unsupported', feature, details });
  }
  return {};
}

/** Uses the native schema mode, or an instruction for models without it and for schemas it cannot express. */
function toFormat(
  { model, responseFormat }: ProviderCall,
  warnings: Warning[],
): { readonly format?: Wire; readonly instruction?: Wire } {
  if (responseFormat === undefined) return {};
  const { schema } = responseFormat;
  const fitted = schema === undefined || !takesSchema(model) ? undefined : fitSchema(schema, claudeRules);
  if (fitted !== undefined && 'schema' in fitted)
    return { format: { type: 'json_schema', schema: fitted.schema } };
  return { instruction: { type: 'text', text: schemaInstruction(schema, warnings) } };
}

function toTool(tool: ResolvedTool, model: string, warnings: Warning[]): Wire | undefined {
  if (tool.type === 'provider') {
    const type = ownTool(tool, 'anthropic', warnings);
    return type === undefined ? undefined : { type, name: tool.name, ...tool.args };
  }
  const { name, description, inputExamples, providerOptions } = tool;
  const { schema: input_schema, strict } = strictTool(tool, model, claudeRules, warnings);
  const input_examples = inputExamples?.map(({ input }) => input);
  return {
    ...compact({ name, description, input_schema, strict, input_examples }),
    ...ownOptions(providerOptions),
  };
}

function toToolChoice({ toolChoice }: ProviderCall): Wire | undefined {
  if (toolChoice === undefined) return undefined;
  if (typeof toolChoice === 'object') return { type: 'tool', name: toolChoice.toolName };
  return { type: toolChoice === 'required' ? 'any' : toolChoice };
}
