import type {
  FunctionToolSpec,
  JsonObject,
  Keyed,
  LanguageCall,
  ProviderToolSpec,
  WarningSpec,
} from '../../providers/ai-sdk/spec.ts';
import type { JSONObject } from '../../types/json.ts';
import type { ProviderOptions } from '../../types/message.ts';
import type { ProviderTool, ReasoningEffort, RequestSettings } from '../../types/request.ts';

/**
 * The AI SDK spells the options and tools of vendors in its own way (https://ai-sdk.dev/providers/ai-sdk-providers): camelCase for
 * what OpenAI and Anthropic write in snake_case. Our providers pass on what they get, so here it becomes the vendors' own spelling.
 */

/** What stands in an option is data, and its keys are not ours to change. */
const data = new Set([
  'metadata',
  'headers',
  'logitBias',
  'input_schema',
  'inputSchema',
  'schema',
  'extraBody',
]);

/** Options with another name, or another place, than their spelling says. */
const renamed: Readonly<Record<string, string>> = { textVerbosity: 'verbosity', imageDetail: 'detail' };

/** What only steers the AI SDK's own provider. */
const steering = new Set([
  'strictJsonSchema',
  'systemMessageMode',
  'forceReasoning',
  'sendReasoning',
  'structuredOutputMode',
  'toolStreaming',
]);

export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function snakeDeep(value: unknown, key = ''): unknown {
  if (data.has(key) || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((entry) => snakeDeep(entry));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [renamed[name] ?? snake(name), snakeDeep(inner, name)]),
  );
}

/** Vendors that write in snake_case. `cacheControl` is our own word for Anthropic's parts already. */
const snakes = new Set(['openai', 'azure', 'anthropic']);

/** The options of a message or a part. */
export function partOptions(options: Keyed | undefined): { readonly providerOptions?: ProviderOptions } {
  if (options === undefined) return {};
  return { providerOptions: mapVendors(options, (vendor, own) => (vendor === 'openai' ? flat(own) : own)) };
}

/** Only the names at the top: what is below came from an answer and goes back as it is. */
function flat(options: JsonObject): JSONObject {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [renamed[name] ?? name, value]),
  ) as JSONObject;
}

function mapVendors(
  options: Keyed,
  map: (vendor: string, own: JsonObject) => JSONObject | JsonObject,
): ProviderOptions {
  return Object.fromEntries(
    Object.entries(options).map(([vendor, own]) => [vendor, map(vendor, own) as JSONObject]),
  );
}

const efforts: readonly string[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** The options of a call, without those for the router, and the effort among them, which has a word of its own here. */
export function callOptions({
  providerOptions = {},
  reasoning,
}: LanguageCall): Pick<RequestSettings, 'providerOptions' | 'reasoning'> {
  const { signalbox: _, ...vendors } = providerOptions;
  const asked = reasoning === 'provider-default' ? undefined : reasoning;
  const told = vendors['openai']?.['reasoningEffort'];
  const effort = asked ?? (efforts.includes(String(told)) ? (told as ReasoningEffort) : undefined);
  const options = mapVendors(vendors, (vendor, own) => {
    if (!snakes.has(vendor)) return own;
    const { reasoningEffort, reasoningSummary, logprobs, ...rest } = own;
    const kept = Object.fromEntries(Object.entries(rest).filter(([name]) => !steering.has(name)));
    return {
      ...(snakeDeep(kept) as JSONObject),
      ...(vendor !== 'openai' && reasoningEffort !== undefined ? { reasoning_effort: reasoningEffort } : {}),
      ...(reasoningSummary === undefined ? {} : { reasoning: { summary: reasoningSummary } }),
      // A number asks for so many of the likeliest.
      ...(typeof logprobs === 'number' ? { logprobs: true, top_logprobs: logprobs } : {}),
      ...(typeof logprobs === 'boolean' ? { logprobs } : {}),
    };
  });
  return {
    ...(effort === undefined ? {} : { reasoning: effort }),
    ...(Object.keys(options).length === 0 ? {} : { providerOptions: options }),
  };
}

/**
 * What of a call the official SDKs have no place for: headers of one request, and options that steer the AI SDK's own providers.
 * Its own name among the headers is nothing that anybody has asked for.
 */
export function untold(
  { headers = {}, providerOptions = {} }: LanguageCall,
  vendor: string | undefined,
): readonly WarningSpec[] {
  const asked = Object.entries(headers).filter(
    ([name, value]) => value !== undefined && name.toLowerCase() !== 'user-agent',
  );
  const lost = Object.keys(providerOptions[vendor ?? ''] ?? {}).filter((name) => steering.has(name));
  return [
    ...(asked.length === 0 ? [] : [unsupported('headers', 'this target has those of its client only')]),
    ...lost.map((name) =>
      unsupported(`providerOptions.${vendor}.${name}`, 'it steers the AI SDK’s own provider'),
    ),
  ];
}

function unsupported(feature: string, details: string): WarningSpec {
  return { type: 'unsupported', feature, details };
}

/** A tool that the vendor runs, under the vendor's name for it. */
export function toProviderTool({ id, args }: ProviderToolSpec): ProviderTool {
  const vendor = id.slice(0, id.indexOf('.'));
  const own = snakes.has(vendor) ? snakeDeep(args) : args;
  return { type: 'provider', id, name: vendorName(id), args: own as JSONObject };
}

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
