import type { ProviderCall } from '../../../types/provider.ts';
import type { ProviderTool } from '../../../types/request/request.ts';
import type { Warning } from '../../../types/result/result.ts';

/** The vendor's name for its own tool. */
export function vendorToolType({ id }: ProviderTool): string {
  return id.slice(id.indexOf('.') + 1);
}

/**
 * Leaves out the tools of other vendors with a warning, an empty list of tools, and a choice among missing
 * tools: vendors refuse both
 * (https://platform.openai.com/docs/api-reference/chat/create#chat_create-tool_choice).
 */
export function withOwnTools(call: ProviderCall, provider: string, warnings: Warning[]): ProviderCall {
  const { tools, toolChoice } = call;
  if (tools === undefined && toolChoice === undefined) return call;
  const own = tools?.filter((tool) => {
    if (tool.type === 'function' || tool.id.startsWith(`${provider}.`)) return true;
    const details = 'the tool belongs to another vendor';
    warnings.push({ type: 'unsupported', feature: `tool ${tool.id}`, details });
    return false;
  });
  const chosen = toolChoice === undefined || own === undefined || isAmong(toolChoice, own);
  if (chosen && own !== undefined && own.length > 0)
    return own.length === tools?.length ? call : { ...call, tools: own };
  const { tools: _tools, toolChoice: _choice, ...rest } = call;
  const sent = own === undefined || own.length === 0 ? rest : { ...rest, tools: own };
  // Tools in the vendor's own options are the caller's, and so is a choice among them.
  const { tools: theirs, functions } = call.providerOptions?.[provider] ?? {};
  if (toolChoice === undefined) return sent;
  if (theirs !== undefined || functions !== undefined) return { ...sent, toolChoice };
  if (toolChoice !== 'auto' && toolChoice !== 'none') {
    warnings.push({ type: 'unsupported', feature: 'toolChoice', details: 'there is no such tool to call' });
  }
  return sent;
}

function isAmong(choice: ProviderCall['toolChoice'], tools: NonNullable<ProviderCall['tools']>): boolean {
  return typeof choice !== 'object' || tools.some(({ name }) => name === choice.toolName);
}
