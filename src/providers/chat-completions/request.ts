import type { ProviderCall, ResolvedTool } from '../../types/provider.ts';
import type { ProviderTool } from '../../types/request/request.ts';
import type { Warning } from '../../types/result/result.ts';
import { asObject, compact, type Wire } from '../../util/json.ts';
import { restrict } from '../shared/restrictions/apply.ts';
import { openaiRules } from '../shared/schema/rules.ts';
import { strictTool } from '../shared/schema/tool-schema.ts';
import { vendorToolType } from '../shared/tools/tools.ts';
import { toFormat } from './format.ts';
import { toMessages } from './messages.ts';
import type { Quirks } from './quirks.ts';

/** Converts a call to the body of `POST /chat/completions`, with warnings. */
export function toRequest(
  given: ProviderCall,
  provider: string,
  quirks: Quirks,
  stream: boolean,
): { readonly body: Wire; readonly warnings: readonly Warning[] } {
  const warnings: Warning[] = [];
  const call = restrict(given, provider, quirks.restrictions ?? [], warnings);
  const ifTaken = <T>(feature: string, value: T, taken: boolean): T | undefined => {
    if (taken) return value;
    warnings.push({ type: 'unsupported', feature });
    return undefined;
  };
  const { penalties = true } = quirks;
  const { topK, stopSequences: stop, seed, presencePenalty: presence, frequencyPenalty: frequency } = call;
  const format = toFormat(call, quirks, warnings);
  const messages = [
    ...(format.instruction === undefined ? [] : [{ role: 'system', content: format.instruction }]),
    ...toMessages(call.messages, provider, quirks, warnings),
  ];
  const begun = markPrefill(messages, quirks);
  const body = compact({
    model: call.model,
    messages,
    tools: call.tools?.map((tool) => toTool(tool, call.model, provider, quirks, warnings)),
    tool_choice: toToolChoice(call, quirks, warnings),
    response_format: format.responseFormat,
    [quirks.maxTokensField ?? 'max_tokens']: call.maxOutputTokens,
    temperature: call.temperature,
    top_p: call.topP,
    top_k: topK === undefined ? topK : ifTaken('topK', topK, quirks.topK === true),
    stop: stop === undefined ? stop : ifTaken('stopSequences', stop, quirks.stop !== false),
    [quirks.seed || 'seed']: seed === undefined ? seed : ifTaken('seed', seed, quirks.seed !== false),
    presence_penalty:
      presence === undefined ? presence : ifTaken('presencePenalty', presence, penalties !== false),
    frequency_penalty:
      frequency === undefined ? frequency : ifTaken('frequencyPenalty', frequency, penalties === true),
    ...toReasoning(call, quirks, warnings),
    ...begun,
    ...(stream ? { stream: true } : {}),
    ...(stream && quirks.streamUsage !== false ? { stream_options: { include_usage: true } } : {}),
    // Last, because the caller's vendor options take precedence.
    ...call.providerOptions?.[provider],
  });
  return { body, warnings };
}

/** Marks a trailing assistant message as a prefill. Returns the request fields for it. */
function markPrefill(messages: Wire[], { prefill }: Quirks): Wire {
  const last = messages.at(-1);
  if (prefill === undefined || last?.['role'] !== 'assistant' || last['tool_calls'] !== undefined) return {};
  if (prefill === 'continue_final_message')
    return { continue_final_message: true, add_generation_prompt: false };
  messages[messages.length - 1] = { [prefill]: true, ...last };
  return {};
}

function toTool(
  tool: ResolvedTool,
  model: string,
  provider: string,
  { schema: rules = openaiRules }: Quirks,
  warnings: Warning[],
): Wire {
  if (tool.type === 'provider') {
    const type = vendorToolType(tool);
    return type === 'custom' ? toCustomTool(tool) : { type, ...tool.args };
  }
  const { name, description, providerOptions } = tool;
  const { schema: parameters, strict } = strictTool(tool, model, rules, warnings);
  return {
    type: 'function',
    function: compact({ name, description, parameters, strict }),
    ...providerOptions?.[provider],
  };
}

/**
 * A custom tool, whose input is text (https://platform.openai.com/docs/guides/function-calling#custom-tools). Its fields and grammar
 * are nested one level deeper than in Responses.
 */
function toCustomTool({ name, args }: ProviderTool): Wire {
  const { format, ...rest } = args;
  const { type, ...grammar } = asObject(format) ?? {};
  return {
    type: 'custom',
    custom: {
      name,
      ...rest,
      ...(type === undefined
        ? {}
        : { format: type === 'grammar' && grammar['grammar'] === undefined ? { type, grammar } : format }),
    },
  };
}

function toToolChoice({ toolChoice, tools }: ProviderCall, quirks: Quirks, warnings: Warning[]): unknown {
  if (toolChoice === undefined) return undefined;
  if (toolChoice === 'auto' || toolChoice === 'none') return toolChoice;
  if (quirks.toolChoiceRequired !== false) {
    if (toolChoice === 'required') return quirks.toolChoiceRequired ?? 'required';
    const { toolName: name } = toolChoice;
    const tool = tools?.find((one) => one.name === name);
    const type = tool?.type === 'provider' && tool.id.endsWith('.custom') ? 'custom' : 'function';
    return { type, [type]: { name } };
  }
  warnings.push({ type: 'unsupported', feature: 'toolChoice', details: 'a tool call cannot be forced here' });
  return undefined;
}

function toReasoning({ reasoning }: ProviderCall, quirks: Quirks, warnings: Warning[]): Wire {
  if (reasoning === undefined) return {};
  switch (quirks.reasoning ?? 'reasoning_effort') {
    case 'reasoning_effort':
      return { reasoning_effort: reasoning };
    case 'reasoning':
      return { reasoning: { effort: reasoning } };
    case 'thinking':
      return { thinking: { type: reasoning === 'none' ? 'disabled' : 'enabled' } };
    case 'thinking+reasoning_effort':
      return reasoning === 'none'
        ? { thinking: { type: 'disabled' } }
        : { thinking: { type: 'enabled' }, reasoning_effort: reasoning };
    case 'enable_thinking':
      return { enable_thinking: reasoning !== 'none' };
    default:
      warnings.push({ type: 'unsupported', feature: 'reasoning' });
      return {};
  }
}
