import type { JSONObject } from '../../../types/request/json.ts';
import type { ProviderOptions } from '../../../types/request/message.ts';
import type { ToolChoice } from '../../../types/request/request.ts';
import { invalid } from '../errors.ts';
import type { Demand } from './protocol.ts';

/** The subset of tools that may be called. */
export function onlyAllowed<T extends { readonly name: string }>(
  tools: readonly T[],
  names: readonly string[],
  field: string,
): readonly T[] {
  const unknown = names.some((name) => !tools.some((tool) => tool.name === name));
  if (unknown || names.length === 0) throw invalid(field, 'expected names of declared tools');
  return tools.filter(({ name }) => names.includes(name));
}

/**
 * Whether tool calls may be parallel. Parallel is every vendor's default; OpenAI and Anthropic can limit it to one at a time.
 */
export function oneCallAtATime(
  choice: ToolChoice | undefined,
  field: string,
): { readonly options: ProviderOptions; readonly demands: readonly Demand[] } {
  const options = {
    openai: { parallel_tool_calls: false },
    anthropic: { tool_choice: { ...toAnthropicChoice(choice), disable_parallel_tool_use: true } },
  };
  if (choice !== 'none') return { options, demands: [{ field, providers: ['openai', 'anthropic'] }] };
  return { options: { openai: options.openai }, demands: [] };
}

function toAnthropicChoice(choice: ToolChoice = 'auto'): JSONObject {
  if (typeof choice === 'object') return { type: 'tool', name: choice.toolName };
  return { type: choice === 'required' ? 'any' : choice };
}
