import type {
  AssistantPrompt,
  FileData,
  FilePrompt,
  FunctionToolSpec,
  LanguageCall,
  PromptMessage,
  TextPrompt,
  ToolApprovalPrompt,
  ToolOutputPrompt,
  ToolResultPrompt,
} from '../../providers/ai-sdk/spec.ts';
import { aiSdkFormat } from '../../providers/shared/option-case.ts';
import type { JSONObject, JSONSchema, JSONValue } from '../../types/request/json.ts';
import type {
  ContentPart,
  DataContent,
  Message,
  ToolApprovalResponsePart,
  ToolOutput,
  ToolResultPart,
  UserPart,
} from '../../types/request/message.ts';
import type { ChatRequest, FunctionTool, Tool } from '../../types/request/request.ts';
import { functionOptions, partOptions, toProviderTool, vendorToolName } from './option-case.ts';
import { withVendorHistory } from './vendor/history.ts';
import { callOptions } from './vendor/options.ts';

/** Converts an AI SDK call to a request. The request keeps the call, for targets that are AI SDK models. */
export function toChatRequest(call: LanguageCall): ChatRequest {
  const { signalbox: _, ...vendors } = call.providerOptions ?? {};
  const { abortSignal: _signal, ...settings } = call;
  const origin = { ...settings, ...(call.providerOptions === undefined ? {} : { providerOptions: vendors }) };
  const tools = call.tools?.map(toTool) ?? [];
  return {
    messages: withVendorHistory(call).map(toMessage),
    ...given('maxOutputTokens', call),
    ...given('temperature', call),
    ...given('topP', call),
    ...given('topK', call),
    ...given('stopSequences', call),
    ...given('seed', call),
    ...given('presencePenalty', call),
    ...given('frequencyPenalty', call),
    ...(tools.length === 0 ? {} : { tools, ...toToolChoice(call) }),
    ...toResponseFormat(call.responseFormat),
    ...callOptions(call),
    ...(call.includeRawChunks === true ? { includeRaw: true } : {}),
    origin: { format: aiSdkFormat, request: origin },
  };
}

function given<K extends keyof LanguageCall>(field: K, call: LanguageCall): Pick<LanguageCall, K> | object {
  return call[field] === undefined ? {} : { [field]: call[field] };
}

function toTool(tool: NonNullable<LanguageCall['tools']>[number]): Tool {
  return tool.type === 'provider' ? toProviderTool(tool) : toFunctionTool(tool);
}

function toFunctionTool({
  name,
  description,
  inputSchema,
  inputExamples,
  strict,
  providerOptions,
}: FunctionToolSpec): FunctionTool {
  return {
    name,
    inputSchema: inputSchema as JSONSchema,
    ...(description === undefined ? {} : { description }),
    ...(strict === undefined ? {} : { strict }),
    ...(inputExamples === undefined
      ? {}
      : { inputExamples: inputExamples.map(({ input }) => ({ input: input as JSONObject })) }),
    ...functionOptions(providerOptions),
  };
}

function toToolChoice({ toolChoice, tools }: LanguageCall): Pick<ChatRequest, 'toolChoice'> {
  if (toolChoice === undefined) return {};
  if (toolChoice.type !== 'tool') return { toolChoice: toolChoice.type };
  return { toolChoice: { type: 'tool', toolName: vendorToolName(tools, toolChoice.toolName) } };
}

/** The AI SDK validates the answer itself, so the router does not. */
function toResponseFormat(format: LanguageCall['responseFormat']): Pick<ChatRequest, 'responseFormat'> {
  if (format?.type !== 'json') return {};
  const { schema, name, description } = format;
  return {
    responseFormat: {
      ...(schema === undefined ? {} : { schema: schema as JSONSchema }),
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
    },
  };
}

function toMessage(message: PromptMessage): Message {
  const own = partOptions(message.providerOptions);
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.content, ...own };
    case 'user':
      return { role: 'user', content: message.content.map(toUserPart), ...own };
    case 'assistant':
      return { role: 'assistant', content: message.content.map(toAssistantPart), ...own };
    case 'tool':
      return { role: 'tool', content: message.content.map(toToolPart), ...own };
  }
}

function toUserPart(part: TextPrompt | FilePrompt): UserPart {
  const own = partOptions(part.providerOptions);
  if (part.type === 'text') return { type: 'text', text: part.text, ...own };
  const { mediaType, filename } = part;
  const data = toData(part.data);
  // `image` or `image/*`: the exact type is detected from the bytes.
  if (mediaType === 'image' || mediaType === 'image/*') return { type: 'image', image: data, ...own };
  return { type: 'file', data, mediaType, ...(filename === undefined ? {} : { filename }), ...own };
}

function toData(data: FileData): DataContent {
  switch (data.type) {
    case 'data':
      return data.data;
    case 'url':
      return data.url;
    case 'reference':
      return data;
    case 'text':
      return new TextEncoder().encode(data.text);
  }
}

function toAssistantPart(part: AssistantPrompt): ContentPart {
  const own = partOptions(part.providerOptions);
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return { type: part.type, text: part.text, ...own };
    case 'file': {
      const { mediaType, filename } = part;
      return {
        type: 'file',
        data: toData(part.data),
        mediaType,
        ...(filename === undefined ? {} : { filename }),
        ...own,
      };
    }
    case 'reasoning-file':
      return { type: 'reasoning-file', data: toData(part.data), mediaType: part.mediaType, ...own };
    case 'custom':
      return { type: 'custom', kind: part.kind, ...own };
    case 'tool-call': {
      const { toolCallId, toolName, input, providerExecuted } = part;
      return {
        type: 'tool-call',
        toolCallId,
        toolName,
        input: input as JSONValue,
        ...(providerExecuted === undefined ? {} : { providerExecuted }),
        ...own,
      };
    }
    case 'tool-result':
      return { ...toToolResult(part), providerExecuted: true };
  }
}

function toToolPart(part: ToolResultPrompt | ToolApprovalPrompt): ToolResultPart | ToolApprovalResponsePart {
  if (part.type === 'tool-result') return toToolResult(part);
  const { approvalId, approved, reason, providerOptions } = part;
  return {
    type: 'tool-approval-response',
    approvalId,
    approved,
    ...(reason === undefined ? {} : { reason }),
    ...partOptions(providerOptions),
  };
}

function toToolResult({ toolCallId, toolName, output, providerOptions }: ToolResultPrompt): ToolResultPart {
  // Options of the output apply to the result, which has exactly one output.
  const options = output.providerOptions ?? providerOptions;
  return { type: 'tool-result', toolCallId, toolName, output: toOutput(output), ...partOptions(options) };
}

function toOutput(output: ToolOutputPrompt): ToolOutput {
  switch (output.type) {
    case 'content':
      return {
        type: 'content',
        value: output.value.flatMap((value) => (value.type === 'custom' ? [] : [toUserPart(value)])),
      };
    case 'json':
    case 'error-json':
      return { type: output.type, value: output.value as JSONValue };
    case 'execution-denied':
      return output.reason === undefined
        ? { type: 'execution-denied' }
        : { type: 'execution-denied', reason: output.reason };
    default:
      return { type: output.type, value: output.value };
  }
}
