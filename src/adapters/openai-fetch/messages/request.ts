import type { JSONObject } from '../../../types/request/json.ts';
import type { ProviderOptions } from '../../../types/request/message.ts';
import type { ChatRequest, ReasoningEffort, Tool, ToolChoice } from '../../../types/request/request.ts';
import { asObject } from '../../../util/json.ts';
import { mergeOptions } from '../../../util/merge.ts';
import { HttpError, invalid } from '../errors.ts';
import { given, others } from '../shared/fields.ts';
import type { Demand, Plan } from '../shared/protocol.ts';
import { oneCallAtATime } from '../shared/tools.ts';
import { at, validate } from '../validate.ts';
import { toConversation } from './conversation.ts';
import { toMessage } from './response.ts';
import { type Body, body, tool } from './schema.ts';
import { messageWriter } from './stream.ts';

/** Anthropic's fields that do not change the answer, so other vendors may answer without them. */
const hints = ['metadata', 'service_tier', 'cache_control', 'diagnostics', 'user_profile_id', 'workspace_id'];
const understood = Object.keys(body.shape);

/** Reads `POST /messages` (https://platform.claude.com/docs/en/api/messages). */
export function messages(value: unknown): Plan {
  refuseThread(value);
  const wire = validate(body, value);
  const tools = wire.tools?.map((entry, index) => toTool(entry, `tools[${index}]`));
  const toolChoice = toToolChoice(wire);
  const { demands, options } = sort(wire, toolChoice);
  const vendors = (tools ?? []).filter((entry) => entry.type === 'provider');
  const request: ChatRequest = {
    messages: toConversation(wire),
    maxOutputTokens: wire.max_tokens,
    ...given({
      tools,
      toolChoice,
      schema: wire.output_config?.format?.schema as JSONObject | undefined,
      reasoning: toEffort(wire),
      temperature: wire.temperature,
      topP: wire.top_p,
      topK: wire.top_k,
      stopSequences: wire.stop_sequences,
    }),
    ...(options === undefined ? {} : { providerOptions: options }),
  };
  return {
    model: wire.model,
    stream: wire.stream === true,
    request,
    extension: wire.signalbox,
    demands: [
      ...demands,
      ...vendors.map(({ name }) => ({ field: `tools.${name}`, providers: ['anthropic'] })),
    ],
    answer: toMessage,
    events: messageWriter,
  };
}

/**
 * Refuses threads, because no conversation is stored. The SDK's tool runner asks for a thread first; this error code makes it send
 * the whole conversation instead.
 */
function refuseThread(value: unknown): void {
  const thread = asObject(value)?.['thread'];
  if (thread === undefined || thread === null || thread === false) return;
  const message = 'thread: conversations are not stored; send all messages';
  const details = { error_code: 'thread_unsupported_request', unsupported: ['thread'] };
  throw new HttpError({ status: 400, code: 'unsupported_parameter', message, param: 'thread', details });
}

function toTool(
  wire: { readonly type?: string | null | undefined; readonly name: string },
  path: string,
): Tool {
  const { type, name, ...rest } = wire;
  if (typeof type === 'string' && type !== 'custom') {
    return { type: 'provider', id: `anthropic.${type}`, name, args: rest as JSONObject };
  }
  const { type: _type, name: _name, description, input_schema, strict, ...own } = at(path, tool, wire);
  const options = given(own);
  return {
    name,
    inputSchema: input_schema as JSONObject,
    ...given({ description, strict }),
    ...(Object.keys(options).length === 0 ? {} : { providerOptions: { anthropic: options as JSONObject } }),
  };
}

function toToolChoice({ tool_choice: choice }: Body): ToolChoice | undefined {
  if (choice === undefined || choice === null) return undefined;
  if (choice.type === 'any') return 'required';
  if (choice.type !== 'tool') return choice.type;
  if (choice.name === undefined) throw invalid('tool_choice.name', 'expected the name of a tool');
  return { type: 'tool', toolName: choice.name };
}

/** Converts thinking budgets to efforts, the inverse of the mapping for Claude. */
const budgets: readonly (readonly [most: number, effort: ReasoningEffort])[] = [
  [2_048, 'low'],
  [8_192, 'medium'],
  [16_384, 'high'],
  [24_576, 'xhigh'],
];

function toEffort({ thinking, output_config: output }: Body): ReasoningEffort | undefined {
  if (thinking?.type === 'disabled') return 'none';
  if (typeof output?.effort === 'string') return output.effort;
  if (thinking === undefined || thinking === null) return undefined;
  const { budget_tokens: budget } = thinking;
  // The default is high: https://platform.claude.com/docs/en/build-with-claude/effort
  if (typeof budget !== 'number') return 'high';
  return budgets.find(([most]) => budget <= most)?.[1] ?? 'max';
}

/** Anthropic's own fields, and which of them require Anthropic. */
function sort(
  wire: Body,
  toolChoice: ToolChoice | undefined,
): { readonly demands: readonly Demand[]; readonly options: ProviderOptions | undefined } {
  const { tools, tool_choice: choice, thinking, output_config: output } = wire;
  const own = others(wire, understood);
  const sequence =
    choice?.disable_parallel_tool_use === true && (tools ?? []).length > 0
      ? oneCallAtATime(toolChoice, 'tool_choice.disable_parallel_tool_use')
      : { options: undefined, demands: [] };
  const options = mergeOptions(sequence.options, {
    anthropic: { ...own, ...exactThinking(thinking ?? undefined, output ?? undefined) },
  });
  return {
    demands: [
      ...Object.keys(own)
        .filter((field) => !hints.includes(field))
        .map((field) => ({ field, providers: ['anthropic'] })),
      ...sequence.demands,
    ],
    options: Object.keys(options?.['anthropic'] ?? {}).length === 0 ? undefined : options,
  };
}

/**
 * Passes thinking and effort to Claude exactly as the caller set them. `undefined` stops the provider from adding the one that
 * is not set.
 */
function exactThinking(thinking: Body['thinking'], output: Body['output_config']): JSONObject {
  if (thinking === undefined && (output?.effort ?? undefined) === undefined) return {};
  return { thinking: thinking as JSONObject | undefined, output_config: output as JSONObject | undefined };
}
