import type { ProviderCall, ResolvedTool } from '../../types/provider.ts';
import type { Warning } from '../../types/result.ts';
import { compact, type Wire } from '../wire.ts';
import type { Dialect } from './dialect.ts';
import { toMessages } from './messages.ts';
import { isStrict } from './strict.ts';

/** A call as the body of `POST /chat/completions`, and what could not be said in it. */
export function toRequest(
  call: ProviderCall,
  provider: string,
  dialect: Dialect,
  stream: boolean,
): { readonly body: Wire; readonly warnings: readonly Warning[] } {
  const warnings: Warning[] = [];
  const unsupported = (feature: string, value: unknown): undefined => {
    if (value !== undefined) warnings.push({ type: 'unsupported', feature });
    return undefined;
  };
  const penalties = dialect.penalties !== false;
  const messages = [
    ...schemaInstruction(call, dialect),
    ...toMessages(call.messages, provider, dialect, warnings),
  ];
  const body = compact({
    model: call.model,
    messages,
    tools: call.tools?.flatMap((tool) => toTool(tool, provider, warnings) ?? []),
    tool_choice: toToolChoice(call, dialect),
    response_format: toResponseFormat(call, dialect),
    [dialect.maxTokensField ?? 'max_tokens']: call.maxOutputTokens,
    temperature: call.temperature,
    top_p: call.topP,
    top_k: dialect.topK === true ? call.topK : unsupported('topK', call.topK),
    stop: call.stopSequences,
    [dialect.seedField ?? 'seed']: call.seed,
    presence_penalty: penalties ? call.presencePenalty : unsupported('presencePenalty', call.presencePenalty),
    frequency_penalty: penalties
      ? call.frequencyPenalty
      : unsupported('frequencyPenalty', call.frequencyPenalty),
    ...toReasoning(call, dialect, unsupported),
    ...(stream ? { stream: true } : {}),
    ...(stream && dialect.streamUsage !== false ? { stream_options: { include_usage: true } } : {}),
    // Last: the vendor's own options are the caller's word.
    ...call.providerOptions?.[provider],
  });
  return { body, warnings };
}

function toTool(tool: ResolvedTool, provider: string, warnings: Warning[]): Wire | undefined {
  if (tool.type === 'provider') {
    const [owner, type] = [tool.id.slice(0, tool.id.indexOf('.')), tool.id.slice(tool.id.indexOf('.') + 1)];
    if (owner !== provider) {
      warnings.push({
        type: 'unsupported',
        feature: `tool ${tool.id}`,
        details: 'it belongs to another vendor',
      });
      return undefined;
    }
    return { type, ...tool.args };
  }
  const { name, description, inputSchema: parameters, strict, providerOptions } = tool;
  return {
    type: 'function',
    function: compact({ name, description, parameters, strict }),
    ...providerOptions?.[provider],
  };
}

function toToolChoice({ toolChoice }: ProviderCall, dialect: Dialect): unknown {
  if (toolChoice === undefined) return undefined;
  if (typeof toolChoice === 'object') return { type: 'function', function: { name: toolChoice.toolName } };
  return toolChoice === 'required' ? (dialect.toolChoiceRequired ?? 'required') : toolChoice;
}

function toResponseFormat({ responseFormat }: ProviderCall, dialect: Dialect): unknown {
  if (responseFormat === undefined) return undefined;
  if (dialect.jsonSchema === 'json_object') return { type: 'json_object' };
  const { name, schema } = responseFormat;
  return { type: 'json_schema', json_schema: { name, schema, strict: isStrict(schema) } };
}

/** Where a server takes no schema, the model has to be told it. */
function schemaInstruction({ responseFormat }: ProviderCall, dialect: Dialect): readonly Wire[] {
  if (responseFormat === undefined || dialect.jsonSchema !== 'json_object') return [];
  const content = `Answer with JSON only, and hold it to this JSON Schema: ${JSON.stringify(responseFormat.schema)}`;
  return [{ role: 'system', content }];
}

function toReasoning(
  { reasoning }: ProviderCall,
  dialect: Dialect,
  unsupported: (feature: string, value: unknown) => undefined,
): Wire {
  if (reasoning === undefined) return {};
  if (dialect.reasoning === 'none') {
    unsupported('reasoning', reasoning);
    return {};
  }
  return dialect.reasoning === 'reasoning'
    ? { reasoning: { effort: reasoning } }
    : { reasoning_effort: reasoning };
}
