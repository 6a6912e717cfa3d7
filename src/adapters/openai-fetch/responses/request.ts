import { fitSchema } from '../../../providers/shared/schema/fit.ts';
import { openaiRules } from '../../../providers/shared/schema/rules.ts';
import type { JSONObject } from '../../../types/request/json.ts';
import type { ProviderOptions } from '../../../types/request/message.ts';
import type { ChatRequest, Tool, ToolChoice } from '../../../types/request/request.ts';
import { asObject, asText } from '../../../util/json.ts';
import { mergeOptions } from '../../../util/merge.ts';
import { invalid } from '../errors.ts';
import { given, others, unlessEmpty } from '../shared/fields.ts';
import type { Demand, Plan } from '../shared/protocol.ts';
import { oneCallAtATime, onlyAllowed } from '../shared/tools.ts';
import { at, validate } from '../validate.ts';
import { toConversation } from './input.ts';
import { toResponse } from './response.ts';
import { type Body, body, functionTool, type InputItem } from './schema.ts';
import { responseWriter } from './stream.ts';

/** OpenAI's fields that do not change the answer, so other vendors may answer without them. These exist in both its APIs. */
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
/** The same, for fields that exist only in Responses. */
const ownHints = ['include', 'truncation'];
const understood = Object.keys(body.shape).filter((name) => name !== 'previous_response_id');

/** Reads `POST /responses` (https://platform.openai.com/docs/api-reference/responses/create). */
export function responses(value: unknown): Plan {
  const wire = validate(body, value);
  if (wire.background === true) {
    throw invalid('background', 'answers are not stored for later retrieval', 'unsupported_value');
  }
  const { tools, toolChoice, exactChoice } = toTools(wire);
  const { demands, options } = sort(wire, toolChoice, exactChoice);
  const schema = schemaOf(wire);
  const request: ChatRequest = {
    messages: toConversation(wire),
    ...given({
      tools,
      toolChoice,
      schema,
      reasoning: wire.reasoning?.effort,
      maxOutputTokens: wire.max_output_tokens,
      temperature: wire.temperature,
      topP: wire.top_p,
    }),
    ...(options === undefined ? {} : { providerOptions: options }),
  };
  const vendors = (tools ?? []).filter((tool) => tool.type === 'provider');
  return {
    model: wire.model,
    stream: wire.stream === true,
    request,
    extension: wire.signalbox,
    demands: [
      ...demands,
      ...vendors.map(({ name }) => ({ field: `tools.${name}`, providers: ['openai'] })),
      ...demandsOf(wire.input),
    ],
    answer: (result, info) => toResponse(wire, result, info),
    events: (info) => responseWriter(wire, info),
  };
}

/** Items that only OpenAI can look up. Calls of its tools are history that other vendors can omit. */
function demandsOf(input: string | readonly InputItem[]): readonly Demand[] {
  if (typeof input === 'string') return [];
  return input.flatMap(({ type = 'message' }, index): readonly Demand[] => {
    const known = /^(message|reasoning|mcp_list_tools)$|_call$|_call_output$/.test(type);
    return known ? [] : [{ field: `input[${index}] of type ${type}`, providers: ['openai'] }];
  });
}

/** OpenAI's own fields, and which of them require OpenAI. */
function sort(
  wire: Body,
  toolChoice: ToolChoice | undefined,
  exactChoice: JSONObject | undefined,
): { readonly demands: readonly Demand[]; readonly options: ProviderOptions | undefined } {
  const { format, verbosity } = wire.text ?? {};
  const rest = others(wire, [...understood, 'stream_options']);
  const own = others(rest, ownHints);
  const thinking = unlessEmpty(others(wire.reasoning ?? {}, ['effort']));
  const forResponses = {
    ...Object.fromEntries(Object.entries(rest).filter(([name]) => ownHints.includes(name))),
    ...given({ text: wire.text, reasoning: thinking }),
  };
  const forChat = { ...given({ verbosity }), ...exactFormat(format) };
  const sequence =
    wire.parallel_tool_calls === false && (wire.tools ?? []).length > 0
      ? oneCallAtATime(toolChoice, 'parallel_tool_calls')
      : { options: undefined, demands: [] };
  const demanded = [...Object.keys(own), ...(typeof verbosity === 'string' ? ['text.verbosity'] : [])];
  const options = mergeOptions(
    sequence.options,
    given({
      openai: unlessEmpty({ ...own, ...given({ tool_choice: exactChoice }) }),
      'openai.chat': unlessEmpty(forChat),
      'openai.responses': unlessEmpty(forResponses),
    }),
  );
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

type Format = NonNullable<Body['text']>['format'];

/** The same shape for targets that speak Chat Completions. */
function exactFormat(format: Format): JSONObject {
  if (format?.type === 'json_object') return { response_format: { type: 'json_object' } };
  if (format?.type !== 'json_schema') return {};
  const { type, ...shape } = format;
  return { response_format: { type, json_schema: shape as JSONObject } };
}

function schemaOf({ text }: Body): ChatRequest['schema'] {
  if (text?.format?.type === 'json_schema') return text.format.schema as JSONObject;
  return text?.format?.type === 'json_object' ? { type: 'object' } : undefined;
}

interface Tools {
  readonly tools: readonly Tool[] | undefined;
  readonly toolChoice: ToolChoice | undefined;
  /** A tool choice that the router cannot express. */
  readonly exactChoice: JSONObject | undefined;
}

function toTools({ tools: wires, tool_choice: choice }: Body): Tools {
  const tools = wires?.map((wire, index) => toTool(wire, `tools[${index}]`));
  if (choice === undefined || choice === null || typeof choice === 'string') {
    return { tools, toolChoice: choice ?? undefined, exactChoice: undefined };
  }
  if (choice.type === 'allowed_tools') {
    const { mode, tools: allowed } = choice as { mode: 'auto' | 'required'; tools: readonly JSONObject[] };
    const names = allowed.map(nameOf);
    const left = onlyAllowed(tools ?? [], names, 'tool_choice.tools');
    return { tools: left, toolChoice: mode, exactChoice: undefined };
  }
  const toolName = nameOf(choice);
  if (tools?.some(({ name }) => name === toolName) === true) {
    return { tools, toolChoice: { type: 'tool', toolName }, exactChoice: undefined };
  }
  return { tools, toolChoice: undefined, exactChoice: choice as JSONObject };
}

/** The name of a tool; the vendor's own tools have only a type. */
function nameOf(wire: { readonly [field: string]: unknown }): string {
  return asText(wire['name']) ?? asText(wire['type']) ?? '';
}

function toTool(wire: { readonly type: string; readonly [field: string]: unknown }, path: string): Tool {
  if (wire.type !== 'function') {
    const { type, ...args } = wire;
    return { type: 'provider', id: `openai.${type}`, name: nameOf(wire), args: args as JSONObject };
  }
  const { type: _type, name, description, parameters, strict, ...rest } = at(path, functionTool, wire);
  const inputSchema = (asObject(parameters) ?? { type: 'object', properties: {} }) as JSONObject;
  const own = unlessEmpty(given(rest));
  return {
    name,
    inputSchema,
    // https://platform.openai.com/docs/guides/function-calling: strict by default if the schema allows it.
    strict: strict ?? (strict === undefined && 'schema' in fitSchema(inputSchema, openaiRules)),
    ...given({ description }),
    ...(own === undefined ? {} : { providerOptions: { openai: own } }),
  };
}
