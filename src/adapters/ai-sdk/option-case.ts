import type {
  FunctionToolSpec,
  JsonObject,
  Keyed,
  LanguageCall,
  ProviderToolSpec,
} from '../../providers/ai-sdk/spec.ts';
import { renamed, snakeDeep } from '../../providers/shared/option-case.ts';
import type { JSONObject } from '../../types/request/json.ts';
import type { ProviderOptions } from '../../types/request/message.ts';
import type { ProviderTool } from '../../types/request/request.ts';

/**
 * The AI SDK writes vendor options and tools in camelCase (https://ai-sdk.dev/providers/ai-sdk-providers), where OpenAI and
 * Anthropic use snake_case. Our providers pass options through unchanged, so this converts them to the vendors' names.
 */

/** Vendors that use snake_case. `cacheControl` is excluded because our Anthropic parts use that name. */
export const snakes = new Set(['openai', 'azure', 'anthropic']);

/** Converts the options of a function tool. */
export function functionOptions(options: Keyed | undefined): { readonly providerOptions?: ProviderOptions } {
  if (options === undefined) return {};
  const map = (vendor: string, own: JsonObject): JSONObject =>
    (snakes.has(vendor) ? snakeDeep(own) : own) as JSONObject;
  return { providerOptions: mapVendors(options, map) };
}

/** Converts the options of a message or part. */
export function partOptions(options: Keyed | undefined): { readonly providerOptions?: ProviderOptions } {
  if (options === undefined) return {};
  return { providerOptions: mapVendors(options, (vendor, own) => (vendor === 'openai' ? flat(own) : own)) };
}

/** Converts top-level names only: nested values came from an answer and go back unchanged. */
function flat(options: JsonObject): JSONObject {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [renamed[name] ?? name, value]),
  ) as JSONObject;
}

export function mapVendors(
  options: Keyed,
  map: (vendor: string, own: JsonObject) => JSONObject | JsonObject,
): ProviderOptions {
  return Object.fromEntries(
    Object.entries(options).map(([vendor, own]) => [vendor, map(vendor, own) as JSONObject]),
  );
}

/** Converts a vendor tool to the vendor's name for it. */
export function toProviderTool({ id, name, args }: ProviderToolSpec): ProviderTool {
  const vendor = id.slice(0, id.indexOf('.'));
  const own = snakes.has(vendor) ? snakeDeep(args) : args;
  const preset = presets[id]?.(own as JSONObject, name) ?? {};
  return { type: 'provider', id, name: vendorName(id), args: { ...(own as JSONObject), ...preset } };
}

/** Arguments that the AI SDK's own provider adds to OpenAI's tools. */
const presets: Readonly<Record<string, (args: JSONObject, name: string) => JSONObject>> = {
  'openai.code_interpreter': ({ container }) => {
    if (typeof container === 'string') return {};
    return { container: { type: 'auto', ...(container as JSONObject | undefined) } };
  },
  'openai.mcp': ({ require_approval = 'never' }) => ({ require_approval }),
  'openai.custom': (_, name) => ({ name }),
};

/** The name of Anthropic's text editor depends on the tool's date (https://platform.claude.com/docs/en/agents-and-tools/tool-use/text-editor-tool). */
function vendorName(id: string): string {
  const type = id.slice(id.indexOf('.') + 1);
  if (type.startsWith('text_editor_'))
    return type < 'text_editor_20250429' ? 'str_replace_editor' : 'str_replace_based_edit_tool';
  return type.replace(/_\d{8}$/, '').replace(/_preview$/, '');
}

/** The application's names for vendor tools, by the vendor's names. */
export type ToolNames = (name: string) => string;

export function toolNames(tools: readonly (FunctionToolSpec | ProviderToolSpec)[] = []): ToolNames {
  const known = tools.flatMap((tool) =>
    tool.type === 'provider' ? [[vendorName(tool.id), tool.name] as const] : [],
  );
  if (known.length === 0) return (name) => name;
  // `bash_code_execution` is a shell call of the tool `code_execution`.
  return (name) => known.find(([own]) => name === own || name.endsWith(`_${own}`))?.[1] ?? name;
}

/** The vendor's name for a tool that the application renamed. */
export function vendorToolName(tools: LanguageCall['tools'], name: string): string {
  const tool = tools?.find((candidate) => candidate.name === name);
  return tool?.type === 'provider' ? vendorName(tool.id) : name;
}
