import type { JSONObject } from '../../../types/request/json.ts';
import type { ProviderOptions } from '../../../types/request/message.ts';
import type { ChatRequest, FunctionTool, ToolChoice } from '../../../types/request/request.ts';
import { mergeOptions } from '../../../util/merge.ts';
import { HttpError, invalid } from '../errors.ts';
import { given, others, unlessEmpty } from '../shared/fields.ts';
import type { Demand, Plan } from '../shared/protocol.ts';
import { oneCallAtATime, onlyAllowed } from '../shared/tools.ts';
import { validate } from '../validate.ts';
import { toConversation } from './messages.ts';
import { toCompletion } from './response.ts';
import { type Body, body } from './schema.ts';
import { chunkWriter } from './stream.ts';

/** OpenAI's fields that do not change the answer, so other vendors may answer without them. */
const hints = [
  'metadata',
  'store',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'prompt_cache_options',
  'service_tier',
];
const understood = Object.keys(body.shape);
const replaced: Readonly<Record<string, string>> = { functions: 'tools', function_call: 'tool_choice' };

/** Reads `POST /chat/completions` (https://platform.openai.com/docs/api-reference/chat/create). */
export function chatCompletions(value: unknown): Plan {
  refuseReplaced(value);
  const wire = validate(body, value);
  if ((wire.n ?? 1) !== 1) throw invalid('n', 'expected 1: one answer at a time', 'unsupported_value');
  const { tools, toolChoice } = toTools(wire);
  const { demands, options } = sort(wire, toolChoice);
  const schema = schemaOf(wire);
  const request: ChatRequest = {
    messages: toConversation(wire.messages),
    ...given({ tools, toolChoice, schema }),
    ...toSettings(wire),
    ...(options === undefined ? {} : { providerOptions: options }),
  };
  return {
    model: wire.model,
    stream: wire.stream === true,
    request,
    extension: wire.signalbox,
    demands,
    answer: toCompletion,
    events: (info) => chunkWriter(info, wire.stream_options?.include_usage === true),
  };
}

function refuseReplaced(value: unknown): void {
  for (const [field, instead] of Object.entries(replaced)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) continue;
    const message = `${field}: use ${instead}, which replaced it`;
    throw new HttpError({ status: 400, code: 'unsupported_parameter', message, param: field });
  }
}

/** The settings of the answer as router options. */
function toSettings(wire: Body): Partial<ChatRequest> {
  const { stop } = wire;
  return given({
    reasoning: wire.reasoning_effort,
    maxOutputTokens: wire.max_completion_tokens ?? wire.max_tokens,
    temperature: wire.temperature,
    topP: wire.top_p,
    topK: wire.top_k,
    stopSequences: typeof stop === 'string' ? [stop] : stop,
    seed: wire.seed,
    presencePenalty: wire.presence_penalty,
    frequencyPenalty: wire.frequency_penalty,
  });
}

/** OpenAI's own fields, and which of them require OpenAI. */
function sort(
  wire: Body,
  toolChoice: ToolChoice | undefined,
): { readonly demands: readonly Demand[]; readonly options: ProviderOptions | undefined } {
  const { verbosity, logprobs, top_logprobs, modalities } = wire;
  const spoken = modalities?.some((modality) => modality !== 'text') === true ? { modalities } : {};
  const own: JSONObject = { ...others(wire, [...understood, 'prediction']), ...spoken };
  const probabilities = logprobs === true ? given({ logprobs, top_logprobs }) : {};
  const chat = {
    ...given({ prediction: wire['prediction'], verbosity }),
    ...probabilities,
    ...exactFormat(wire.response_format),
  };
  const sequence =
    wire.parallel_tool_calls === false && (wire.tools ?? []).length > 0
      ? oneCallAtATime(toolChoice, 'parallel_tool_calls')
      : { options: undefined, demands: [] };
  const options = mergeOptions(
    sequence.options,
    given({
      openai: unlessEmpty(own),
      'openai.chat': unlessEmpty(chat),
      'openai.responses': forResponses(wire),
    }),
  );
  const demanded = Object.keys({ ...own, ...probabilities, ...given({ verbosity }) });
  return {
    demands: [
      ...demanded
        .filter((field) => !hints.includes(field))
        .map((field) => ({ field, providers: ['openai'] })),
      ...sequence.demands,
    ],
    options: Object.keys(options ?? {}).length === 0 ? undefined : options,
  };
}

// Keeps the caller's name and description, which the router's `schema` cannot hold.
function exactFormat(format: Body['response_format']): JSONObject {
  return format === undefined || format === null || format.type === 'text'
    ? {}
    : { response_format: format as JSONObject };
}

/** The same for targets that speak Responses. */
function forResponses({
  response_format: format,
  verbosity,
  logprobs,
  top_logprobs,
}: Body): JSONObject | undefined {
  const shape =
    format?.type === 'json_schema'
      ? { format: { ...(format.json_schema as JSONObject), type: 'json_schema' } }
      : format?.type === 'json_object'
        ? { format: { type: 'json_object' } }
        : {};
  const text = unlessEmpty({ ...shape, ...given({ verbosity }) });
  const probabilities =
    logprobs === true ? { include: ['message.output_text.logprobs'], ...given({ top_logprobs }) } : {};
  return unlessEmpty({ ...given({ text }), ...probabilities });
}

function schemaOf({ response_format: format }: Body): ChatRequest['schema'] {
  if (format?.type === 'json_schema') return (format.json_schema.schema ?? { type: 'object' }) as JSONObject;
  return format?.type === 'json_object' ? { type: 'object' } : undefined;
}

function toTools({ tools: wires, tool_choice: choice }: Body): {
  readonly tools: readonly FunctionTool[] | undefined;
  readonly toolChoice: ToolChoice | undefined;
} {
  const tools = wires?.map(({ type: _type, function: wire, ...rest }): FunctionTool => {
    const { name, description, parameters, strict } = wire;
    const own = unlessEmpty(given(rest));
    return {
      name,
      inputSchema: (parameters ?? { type: 'object', properties: {} }) as JSONObject,
      ...given({ description, strict }),
      ...(own === undefined ? {} : { providerOptions: { openai: own } }),
    };
  });
  if (choice === undefined || choice === null || typeof choice === 'string') {
    return { tools, toolChoice: choice ?? undefined };
  }
  if (choice.type === 'function') {
    return { tools, toolChoice: { type: 'tool', toolName: choice.function.name } };
  }
  const { mode, tools: allowed } = choice.allowed_tools;
  const names = allowed.map(({ function: wire }) => wire.name);
  return { tools: onlyAllowed(tools ?? [], names, 'tool_choice.allowed_tools.tools'), toolChoice: mode };
}
