import type { BindToolsInput } from '@langchain/core/language_models/chat_models';
import { convertToOpenAITool, isLangChainTool } from '@langchain/core/utils/function_calling';
import { RequestError } from '../../errors.ts';
import type { ProviderOptions } from '../../types/request/message.ts';
import type { FunctionTool, ProviderTool, Tool, ToolChoice } from '../../types/request/request.ts';
import type { Schema } from '../../types/request/schema.ts';
import { asObject, asText, type Wire } from '../../util/json.ts';

/** A bindable tool: any form that LangChain accepts, or a signalbox tool. */
export type ToolLike = BindToolsInput | Tool;

/**
 * Converts tools in the form of LangChain (zod or JSON schema), OpenAI, Anthropic or signalbox. Vendor tools use signalbox's form:
 * `{ type: 'provider', id: 'openai.web_search', name, args }`.
 *
 * @throws RequestError for anything else, such as a vendor tool without a vendor
 */
export function toTools(tools: readonly ToolLike[]): Tool[] {
  return tools.map(toTool);
}

function toTool(tool: ToolLike, index: number): Tool {
  const given = asObject(tool) ?? {};
  if (given['type'] === 'provider') return tool as ProviderTool;
  if (isOurs(given)) return given;
  if (isLangChainTool(tool)) {
    const { extras } = tool as { readonly extras?: unknown };
    const options = asObject(asObject(extras)?.['providerOptions']) as ProviderOptions | undefined;
    const made = fromFunction(asObject(convertToOpenAITool(tool).function) ?? {}, 'parameters');
    if (made !== undefined)
      return { ...made, ...(options === undefined ? {} : { providerOptions: options }) };
  }
  const found =
    fromFunction(asObject(given['function']) ?? {}, 'parameters') ??
    fromFunction(given, 'input_schema') ??
    (given['type'] === undefined ? fromFunction(given, 'parameters') : undefined);
  if (found !== undefined) return found;
  const type = asText(given['type']);
  throw new RequestError(
    `tools[${index}]`,
    "a LangChain tool, { type: 'function', function }, or for a vendor tool { type: 'provider', id: 'vendor.tool', name, args }",
    type === undefined ? 'something else' : `one of type ${JSON.stringify(type)}`,
  );
}

function isOurs(given: Wire): given is Wire & FunctionTool {
  return typeof given['name'] === 'string' && asObject(given['inputSchema']) !== undefined;
}

/** A function whose schema is under the vendor's field name. A tool without arguments may have no schema. */
function fromFunction(given: Wire, schemaField: string): FunctionTool | undefined {
  const name = asText(given['name']);
  if (name === undefined) return undefined;
  const schema = given[schemaField];
  if (schema === undefined && schemaField !== 'parameters') return undefined;
  const description = asText(given['description']);
  const { strict } = given;
  return {
    name,
    inputSchema: (asObject(schema) ?? { type: 'object', properties: {} }) as Schema,
    ...(description === undefined ? {} : { description }),
    ...(typeof strict === 'boolean' ? { strict } : {}),
  };
}

/**
 * Converts a tool choice of LangChain (`auto`, `any`, `none`, a tool's name), OpenAI, Anthropic or signalbox.
 *
 * @throws RequestError for anything else
 */
export function toToolChoice(choice: unknown): ToolChoice {
  if (typeof choice === 'string') return byWord(choice) ?? { type: 'tool', toolName: choice };
  const given = asObject(choice) ?? {};
  const toolName =
    asText(given['toolName']) ?? asText(given['name']) ?? asText(asObject(given['function'])?.['name']);
  if (toolName !== undefined) return { type: 'tool', toolName };
  const found = byWord(asText(given['type']) ?? '');
  if (found !== undefined) return found;
  throw new RequestError('tool_choice', "'auto', 'any', 'none' or the name of a tool", 'something else');
}

function byWord(word: string): ToolChoice | undefined {
  if (word === 'auto' || word === 'none') return word;
  return word === 'any' || word === 'required' ? 'required' : undefined;
}
