import type { ProviderCall, ResolvedTool } from '../../types/provider.ts';
import type { ReasoningEffort } from '../../types/request/request.ts';
import type { Warning } from '../../types/result/result.ts';
import { asObject, compact, type Wire } from '../../util/json.ts';
import { restrict } from '../shared/restrictions/apply.ts';
import { fitSchema } from '../shared/schema/fit.ts';
import { schemaInstruction } from '../shared/schema/instruction.ts';
import { claudeRules } from '../shared/schema/rules.ts';
import { strictTool } from '../shared/schema/tool-schema.ts';
import { vendorToolType } from '../shared/tools/tools.ts';
import { ownOptions, plain, toConversation } from './messages.ts';
import { minBudget, takesSchema, thinksAdaptively } from './model.ts';
import { claudeRestrictions } from './restrictions.ts';

/** Default output limit, in tokens. The API requires one. */
const defaultMaxTokens = 4096;
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
  given: ProviderCall,
  stream: boolean,
): { readonly body: Wire; readonly warnings: readonly Warning[] } {
  const warnings: Warning[] = [];
  const call = restrict(given, 'anthropic', claudeRestrictions, warnings);
  const { system, messages } = toConversation(call.messages, warnings);
  const { maxTokens, thinking, effort } = toThinking(call);
  const { format, instruction } = toFormat(call, warnings);
  const { output_config, ...own } = ownOptions(call.providerOptions);
  // Merged, because our own fields may include the schema.
  const output = { ...compact({ effort, format }), ...asObject(output_config) };
  const instructions = instruction === undefined ? system : [...system, instruction];
  const body = compact({
    model: call.model,
    max_tokens: maxTokens,
    system: instructions.length === 0 ? undefined : plain(instructions),
    messages,
    tools: call.tools?.map((tool) => toTool(tool, call.model, warnings)),
    tool_choice: toToolChoice(call),
    output_config: Object.keys(output).length === 0 ? undefined : output,
    thinking,
    stop_sequences: call.stopSequences,
    temperature: call.temperature,
    top_p: call.topP,
    top_k: call.topK,
    ...(stream ? { stream: true } : {}),
    // Last, so that the caller's vendor options take precedence.
    ...own,
  });
  return { body, warnings };
}

/**
 * Converts the reasoning effort of a call that its model accepts. Depending on the model, it becomes an effort
 * level or a token budget that must fit into the output limit.
 */
function toThinking({ model, reasoning, maxOutputTokens }: ProviderCall): {
  readonly maxTokens: number;
  readonly thinking?: Wire;
  readonly effort?: string;
} {
  const maxTokens = maxOutputTokens ?? defaultMaxTokens;
  if (reasoning === undefined) return { maxTokens };
  if (reasoning === 'none') return { maxTokens, thinking: { type: 'disabled' } };
  if (thinksAdaptively(model)) {
    // A model without a generation in its name is not restricted, and no model has this level.
    return { maxTokens, thinking: { type: 'adaptive' }, effort: reasoning === 'minimal' ? 'low' : reasoning };
  }
  const wanted = budgets[reasoning];
  return maxOutputTokens === undefined
    ? { maxTokens: maxTokens + wanted, thinking: { type: 'enabled', budget_tokens: wanted } }
    : { maxTokens, thinking: { type: 'enabled', budget_tokens: Math.min(wanted, maxOutputTokens - 1) } };
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

function toTool(tool: ResolvedTool, model: string, warnings: Warning[]): Wire {
  if (tool.type === 'provider') return { type: vendorToolType(tool), name: tool.name, ...tool.args };
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
