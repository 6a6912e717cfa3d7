import type { ProviderCall, ResolvedTool } from '../../../types/provider.ts';
import type { Warning } from '../../../types/result/result.ts';
import { asObject, asObjects, compact, type Wire } from '../../../util/json.ts';
import { toFormat as toChatFormat } from '../../chat-completions/format.ts';
import { responsesRestrictions } from '../../chat-completions/openai-restrictions.ts';
import { restrict } from '../../shared/restrictions/apply.ts';
import { openaiRules } from '../../shared/schema/rules.ts';
import { strictTool } from '../../shared/schema/tool-schema.ts';
import { vendorToolType } from '../../shared/tools/tools.ts';
import { inResponses } from '../option-names.ts';
import { toInput } from './input.ts';

/** Converts a call to the body of `POST /responses`, with warnings. */
export function toRequest(
  given: ProviderCall,
  stream: boolean,
): { readonly body: Wire; readonly warnings: readonly Warning[] } {
  const warnings: Warning[] = [];
  const call = restrict(given, 'openai', responsesRestrictions, warnings);
  const { text, reasoning, ...own } = inResponses(call.providerOptions?.['openai'] ?? {}, warnings);
  const { format, instruction } = toFormat(call, warnings);
  const input = toInput(call.messages, warnings, own['store'] !== false);
  const body = compact({
    model: call.model,
    input: instruction === undefined ? input : [{ role: 'system', content: instruction }, ...input],
    tools: call.tools?.map((tool) => toTool(tool, call.model, warnings)),
    tool_choice: toToolChoice(call),
    text: merged(format === undefined ? undefined : { format }, text),
    max_output_tokens: call.maxOutputTokens,
    temperature: call.temperature,
    top_p: call.topP,
    reasoning: merged(call.reasoning === undefined ? undefined : { effort: call.reasoning }, reasoning),
    ...(stream ? { stream: true } : {}),
    // Last, because the caller's vendor options take precedence.
    ...own,
  });
  return { body, warnings };
}

/** Merges our field with the caller's field of the same name; the caller's values win. */
function merged(ours: Wire | undefined, theirs: unknown): unknown {
  if (ours === undefined || theirs === undefined) return ours ?? theirs;
  return { ...ours, ...asObject(theirs) };
}

function toTool(tool: ResolvedTool, model: string, warnings: Warning[]): Wire {
  if (tool.type === 'provider') {
    const type = vendorToolType(tool);
    return { type, ...(type === 'custom' ? { name: tool.name } : {}), ...tool.args };
  }
  const { name, description, providerOptions } = tool;
  // Always set, because the default is the opposite of Chat Completions'
  // (https://platform.openai.com/docs/guides/migrate-to-responses).
  const { schema: parameters, strict = false } = strictTool(tool, model, openaiRules, warnings);
  return {
    ...compact({ type: 'function', name, description, parameters, strict }),
    ...providerOptions?.['openai'],
  };
}

function toToolChoice({ toolChoice, tools }: ProviderCall): unknown {
  if (typeof toolChoice !== 'object') return toolChoice;
  const vendors = tools?.find((tool) => tool.type === 'provider' && tool.name === toolChoice.toolName);
  if (vendors?.type === 'provider') {
    const type = vendorToolType(vendors);
    return { type, ...(type === 'custom' ? { name: vendors.name } : {}) };
  }
  return { type: 'function', name: toolChoice.toolName };
}

/** The forms of Chat Completions, nested one level less. */
function toFormat(
  call: ProviderCall,
  warnings: Warning[],
): { readonly format?: Wire | undefined; readonly instruction?: string } {
  const { responseFormat, instruction } = toChatFormat(call, {}, warnings);
  const { json_schema: schema, ...format } = responseFormat ?? {};
  return {
    format: responseFormat === undefined ? undefined : { ...format, ...asObject(schema) },
    ...(instruction === undefined ? {} : { instruction }),
  };
}

/** Whether the answer may contain images made by a tool. */
export function asksForPictures({ tools }: Wire): boolean {
  return asObjects(tools).some(({ type }) => type === 'image_generation');
}
