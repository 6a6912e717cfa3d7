import type { JsonObject, LanguageCall, WarningSpec } from '../../../providers/ai-sdk/spec.ts';
import { snakeDeep } from '../../../providers/shared/option-case.ts';
import type { JSONObject } from '../../../types/request/json.ts';
import type { RequestSettings } from '../../../types/request/request.ts';
import { mapVendors, snakes } from '../option-case.ts';

/** Options that only the AI SDK's own providers support, by vendor: they control those providers or become headers or tools. */
const untranslated: Readonly<Record<string, readonly string[]>> = {
  openai: [
    'strictJsonSchema',
    'systemMessageMode',
    'forceReasoning',
    'allowedTools',
    'additionalTools',
    'compactionTrigger',
    'passThroughUnsupportedFiles',
    'reasoningEffortUpdate',
  ],
  anthropic: ['sendReasoning', 'structuredOutputMode', 'toolStreaming', 'anthropicBeta'],
  google: [
    'structuredOutputs',
    'streamFunctionCallArguments',
    'continuationToken',
    'retrievalConfig',
    'sharedRequestType',
    'requestType',
    'threshold',
  ],
};

/** The options of a call under the vendors' names, without the router's own. */
export function callOptions(call: LanguageCall): Pick<RequestSettings, 'providerOptions' | 'reasoning'> {
  const { signalbox: _, ...vendors } = call.providerOptions ?? {};
  const { reasoning } = call;
  const options = mapVendors(vendors, (vendor, own) => {
    const lost = untranslated[vendor] ?? [];
    const kept = Object.fromEntries(Object.entries(own).filter(([name]) => !lost.includes(name)));
    if (vendor === 'anthropic') return toAnthropic(kept, call);
    return snakes.has(vendor) ? toOpenAI(kept) : kept;
  });
  return {
    ...(reasoning === undefined || reasoning === 'provider-default' ? {} : { reasoning }),
    ...(Object.keys(options).length === 0 ? {} : { providerOptions: options }),
  };
}

/** The position of an option in the body differs between OpenAI's two APIs; our provider handles that. */
function toOpenAI(options: JsonObject): JSONObject {
  const {
    reasoningSummary: summary,
    reasoningMode: mode,
    reasoningContext: context,
    logprobs,
    includeWebSearchSources,
    include,
    ...rest
  } = options;
  const reasoning = given({ summary, mode, context });
  const sources = includeWebSearchSources === true ? ['web_search_call.action.sources'] : [];
  const included = [...(Array.isArray(include) ? include : []), ...sources];
  return {
    ...(snakeDeep(rest) as JSONObject),
    ...(included.length === 0 ? {} : { include: included as string[] }),
    ...(Object.keys(reasoning).length === 0 ? {} : { reasoning: reasoning as JSONObject }),
    // A number requests that many of the most likely tokens.
    ...(typeof logprobs === 'number' ? { logprobs: true, top_logprobs: logprobs } : {}),
    ...(logprobs === true ? { logprobs, top_logprobs: 0 } : {}),
  };
}

function toAnthropic(options: JsonObject, { toolChoice, tools = [] }: LanguageCall): JSONObject {
  const { effort, taskBudget, disableParallelToolUse, metadata, container, ...rest } = options;
  const output = given({ effort, task_budget: snakeDeep(taskBudget) as JsonObject });
  const { id, skills } = objectOf(container);
  const withSkills = Array.isArray(skills) && skills.length > 0;
  return {
    ...(snakeDeep(rest) as JSONObject),
    ...(Object.keys(output).length === 0 ? {} : { output_config: output as JSONObject }),
    ...(disableParallelToolUse === true && tools.length > 0
      ? { tool_choice: { ...toToolChoice(toolChoice), disable_parallel_tool_use: true } }
      : {}),
    ...(metadata === undefined ? {} : { metadata: snakeDeep(metadata) as JSONObject }),
    ...(container === undefined
      ? {}
      : { container: (withSkills ? snakeDeep(container) : (id ?? null)) as JSONObject }),
  };
}

function toToolChoice(choice: LanguageCall['toolChoice'] = { type: 'auto' }): JSONObject {
  if (choice.type === 'tool') return { type: 'tool', name: choice.toolName };
  return { type: choice.type === 'required' ? 'any' : choice.type };
}

function given(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/**
 * Warnings for parts of a call that a vendor's official SDK cannot send: per-request headers, and options that only the AI SDK's
 * own provider supports. The AI SDK's own user-agent header is ignored.
 */
export function unsupportedOptions(
  { headers = {}, providerOptions = {} }: LanguageCall,
  vendor: string | undefined,
): readonly WarningSpec[] {
  const asked = Object.entries(headers).filter(
    ([name, value]) => value !== undefined && name.toLowerCase() !== 'user-agent',
  );
  const lost = untranslated[vendor ?? '']?.filter((name) => name in (providerOptions[vendor ?? ''] ?? {}));
  return [
    ...(asked.length === 0
      ? []
      : [unsupported('headers', 'this target sends only the headers of its client')]),
    ...(lost ?? []).map((name) =>
      unsupported(`providerOptions.${vendor}.${name}`, 'only the AI SDK’s own provider supports it'),
    ),
  ];
}

function unsupported(feature: string, details: string): WarningSpec {
  return { type: 'unsupported', feature, details };
}
