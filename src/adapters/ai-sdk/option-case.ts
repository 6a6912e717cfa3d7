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
 * The AI SDK spells the options and tools of vendors in its own way (https://ai-sdk.dev/providers/ai-sdk-providers): camelCase for
 * what OpenAI and Anthropic write in snake_case. Our providers pass on what they get, so here it becomes the vendors' own spelling.
 */

/** Vendors that write in snake_case. `cacheControl` is our own word for Anthropic's parts already. */
export const snakes = new Set(['openai', 'azure', 'anthropic']);

/** The options of a function. */
export function functionOptions(options: Keyed | undefined): { readonly providerOptions?: ProviderOptions } {
  if (options === undefined) return {};
  const map = (vendor: string, own: JsonObject): JSONObject =>
    (snakes.has(vendor) ? snakeDeep(own) : own) as JSONObject;
  return { providerOptions: mapVendors(options, map) };
}

/** The options of a message or a part. */
export function partOptions(options: Keyed | undefined): { readonly providerOptions?: ProviderOptions } {
  if (options === undefined) return {};
  return { providerOptions: mapVendors(options, (vendor, own) => (vendor === 'openai' ? flat(own) : own)) };
}

/** Only the names at the top: what is below came from an answer and goes back as it is. */
function flat(options: JsonObject): JSONObject {
  const { itemId, ...rest } = options;
  // An id that is not ours is of something the vendor keeps for another, and hangs on more of it.
  const ours = options['account'] !== undefined || options['item'] !== undefined;
  return Object.fromEntries(
    Object.entries(ours ? options : rest).map(([name, value]) => [renamed[name] ?? name, value]),
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

/** A tool that the vendor runs, under the vendor's name for it. */
export function toProviderTool({ id, name, args }: ProviderToolSpec): ProviderTool {
  const vendor = id.slice(0, id.indexOf('.'));
  const own = snakes.has(vendor) ? snakeDeep(args) : args;
  const preset = presets[id]?.(own as JSONObject, name) ?? {};
  return { type: 'provider', id, name: vendorName(id), args: { ...(own as JSONObject), ...preset } };
}

/** What the AI SDK's own provider adds to the arguments of OpenAI's tools. */
const presets: Readonly<Record<string, (args: JSONObject, name: string) => JSONObject>> = {
  'openai.code_interpreter': ({ container }) => {
    if (typeof container === 'string') return {};
    return { container: { type: 'auto', ...(container as JSONObject | undefined) } };
  },
  'openai.mcp': ({ require_approval = 'never' }) => ({ require_approval }),
  'openai.custom': (_, name) => ({ name }),
};

/** What Anthropic calls its text editor depends on its date (https://platform.claude.com/docs/en/agents-and-tools/tool-use/text-editor-tool). */
function vendorName(id: string): string {
  const type = id.slice(id.indexOf('.') + 1);
  if (type.startsWith('text_editor_'))
    return type < 'text_editor_20250429' ? 'str_replace_editor' : 'str_replace_based_edit_tool';
  return type.replace(/_\d{8}$/, '').replace(/_preview$/, '');
}

/** The application's names for the vendors' tools in a call, by the vendors' names for them. */
export type ToolNames = (name: string) => string;

export function toolNames(tools: readonly (FunctionToolSpec | ProviderToolSpec)[] = []): ToolNames {
  const known = tools.flatMap((tool) =>
    tool.type === 'provider' ? [[vendorName(tool.id), tool.name] as const] : [],
  );
  if (known.length === 0) return (name) => name;
  // `bash_code_execution` is what the tool `code_execution` does in a shell.
  return (name) => known.find(([own]) => name === own || name.endsWith(`_${own}`))?.[1] ?? name;
}

/** The vendor's name for a tool that the application calls otherwise. */
export function vendorToolName(tools: LanguageCall['tools'], name: string): string {
  const tool = tools?.find((candidate) => candidate.name === name);
  return tool?.type === 'provider' ? vendorName(tool.id) : name;
}
