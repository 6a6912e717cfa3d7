import type { ProviderCall, ResolvedTool } from '../../../types/provider.ts';
import type { Warning } from '../../../types/result/result.ts';
import { asObject, compact, type Wire } from '../../../util/json.ts';
import { isStrict } from '../../chat-completions/strict.ts';
import { ownTool } from '../../shared/tools.ts';
import { inResponses } from '../option-names.ts';
import { toInput } from './input.ts';

/** What the Responses API has no word for. */
const unsupported = ['topK', 'seed', 'stopSequences', 'presencePenalty', 'frequencyPenalty'] as const;

/** A call as the body of `POST /responses`, and what could not be said in it. */
export function toRequest(
  call: ProviderCall,
  stream: boolean,
): { readonly body: Wire; readonly warnings: readonly Warning[] } {
  const warnings: Warning[] = [];
  for (const feature of unsupported) {
    if (call[feature] !== undefined) warnings.push({ type: 'unsupported', feature });
  }
  const { text, reasoning, ...own } = inResponses(call.providerOptions?.['openai'] ?? {}, warnings);
  const format = toFormat(call);
  const body = compact({
    model: call.model,
    input: toInput(call.messages, warnings),
    tools: call.tools?.flatMap((tool) => toTool(tool, warnings) ?? []),
    tool_choice: toToolChoice(call),
    text: merged(format === undefined ? undefined : { format }, text),
    max_output_tokens: call.maxOutputTokens,
    temperature: call.temperature,
    top_p: call.topP,
    reasoning: merged(call.reasoning === undefined ? undefined : { effort: call.reasoning }, reasoning),
    ...(stream ? { stream: true } : {}),
    // Last: the vendor's own options are the caller's word.
    ...own,
  });
  return { body, warnings };
}

/** Our field and the caller's own of the same name: theirs wins where both say something. */
function merged(ours: Wire | undefined, theirs: unknown): unknown {
  if (ours === undefined || theirs === undefined) return ours ?? theirs;
  return { ...ours, ...asObject(theirs) };
}

function toTool(tool: ResolvedTool, warnings: Warning[]): Wire | undefined {
  if (tool.type === 'provider') {
    const type = ownTool(tool, 'openai', warnings);
    return type === undefined ? undefined : { type, ...tool.args };
  }
  const { name, description, inputSchema: parameters, providerOptions } = tool;
  // Said always, because the default here is the opposite of that in Chat Completions
  // (https://platform.openai.com/docs/guides/migrate-to-responses).
  const strict = tool.strict ?? false;
  return {
    ...compact({ type: 'function', name, description, parameters, strict }),
    ...providerOptions?.['openai'],
  };
}

function toToolChoice({ toolChoice, tools }: ProviderCall): unknown {
  if (typeof toolChoice !== 'object') return toolChoice;
  const vendors = tools?.find((tool) => tool.type === 'provider' && tool.name === toolChoice.toolName);
  if (vendors?.type === 'provider') return { type: vendors.id.slice(vendors.id.indexOf('.') + 1) };
  return { type: 'function', name: toolChoice.toolName };
}

function toFormat({ responseFormat }: ProviderCall): Wire | undefined {
  if (responseFormat === undefined) return undefined;
  const { name, description, schema } = responseFormat;
  if (schema === undefined) return { type: 'json_object' };
  return compact({ type: 'json_schema', name, description, schema, strict: isStrict(schema) });
}
