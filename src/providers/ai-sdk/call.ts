import type { ProviderCall, ResolvedTool } from '../../types/provider.ts';
import type { JSONValue } from '../../types/request/json.ts';
import type {
  AssistantMessage,
  ContentPart,
  DataContent,
  Message,
  ProviderOptions,
  ToolMessage,
  ToolOutput,
  UserPart,
} from '../../types/request/message.ts';
import { resolveData, toBase64 } from '../../util/data-content.ts';
import { compact } from '../../util/json.ts';
import { recall } from '../shared/account-marks.ts';
import { aiSdkFormat, camelKeys } from '../shared/option-case.ts';
import type {
  AssistantPrompt,
  FileData,
  FilePrompt,
  FunctionToolSpec,
  Keyed,
  LanguageCall,
  PromptMessage,
  ProviderToolSpec,
  TextPrompt,
  ToolOutputPrompt,
} from './spec.ts';

/**
 * A call in the AI SDK's format. A call that came in through the AI SDK is passed on unchanged, except for the settings of target
 * and route, and for content signed by another account of the model's vendor.
 */
export function toLanguageCall(
  call: ProviderCall,
  provider: string,
  account: string | undefined,
): LanguageCall {
  const { origin, signal, unmarked, replaced = [] } = call;
  if (origin?.format === aiSdkFormat) {
    const came = origin.request as LanguageCall;
    const prompt = recall(came.prompt as readonly Message[], provider, account, unmarked) as PromptMessage[];
    const merged: LanguageCall = { ...came, prompt, abortSignal: signal };
    return replaced.length === 0 ? merged : compact({ ...merged, ...pick(settingsOf(call), replaced) });
  }
  return compact({
    ...settingsOf(call),
    prompt: recall(call.messages, provider, account, unmarked).map(toPromptMessage),
    tools: call.tools?.map(toTool),
    includeRawChunks: call.includeRaw,
    abortSignal: signal,
  });
}

/** The named fields, `undefined` ones too. */
function pick<Fields extends object>(fields: Fields, names: readonly string[]): Partial<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([name]) => names.includes(name)),
  ) as Partial<Fields>;
}

/** The fields of a call whose names are the same in both. */
function settingsOf({ responseFormat, toolChoice, stopSequences, ...call }: ProviderCall) {
  return {
    maxOutputTokens: call.maxOutputTokens,
    temperature: call.temperature,
    stopSequences: stopSequences && [...stopSequences],
    topP: call.topP,
    topK: call.topK,
    presencePenalty: call.presencePenalty,
    frequencyPenalty: call.frequencyPenalty,
    responseFormat: responseFormat && { type: 'json' as const, ...responseFormat },
    seed: call.seed,
    toolChoice: typeof toolChoice === 'string' ? { type: toolChoice } : toolChoice,
    reasoning: call.reasoning,
    providerOptions: call.providerOptions && inSdkNames(call.providerOptions),
  };
}

/** The same object; only its types are mutable. */
export function toKeyed(options: ProviderOptions): Keyed {
  return options as Keyed;
}

function own({ providerOptions }: { readonly providerOptions?: ProviderOptions }): {
  providerOptions?: Keyed;
} {
  return providerOptions === undefined ? {} : { providerOptions: inSdkNames(providerOptions) };
}

/** Vendors whose options the AI SDK spells in camelCase, while other targets of a route use the vendors' own names. */
const respelled = ['openai', 'anthropic'];

function inSdkNames(options: ProviderOptions): Keyed {
  let named = options;
  for (const vendor of respelled) {
    const own = options[vendor];
    if (own !== undefined) named = { ...named, [vendor]: camelKeys(own) };
  }
  return toKeyed(named);
}

function toPromptMessage(message: Message): PromptMessage {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.content, ...own(message) };
    case 'user': {
      const parts: readonly UserPart[] =
        typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content;
      return { role: 'user', content: parts.map(toUserPart), ...own(message) };
    }
    case 'assistant':
      return { role: 'assistant', content: toAssistant(message), ...own(message) };
    case 'tool':
      return { role: 'tool', content: toToolParts(message), ...own(message) };
  }
}

function toUserPart(part: UserPart): TextPrompt | FilePrompt {
  if (part.type === 'text') return { type: 'text', text: part.text, ...own(part) };
  if (part.type === 'image') {
    return {
      type: 'file',
      data: toFileData(part.image),
      mediaType: part.mediaType ?? 'image/*',
      ...own(part),
    };
  }
  const { data, mediaType, filename } = part;
  return { ...compact({ type: 'file' as const, data: toFileData(data), mediaType, filename }), ...own(part) };
}

function toFileData(data: DataContent): FileData {
  // The AI SDK takes both; its own encoding takes a hundred times as long, and is done again for each attempt.
  if (data instanceof Uint8Array) return { type: 'data', data: toBase64(data) };
  if (data instanceof URL && data.protocol !== 'data:') return { type: 'url', url: data };
  if (typeof data === 'object' && 'reference' in data)
    return { type: 'reference', reference: { ...data.reference } };
  const resolved = resolveData(data, undefined, '');
  return resolved.kind === 'base64'
    ? { type: 'data', data: resolved.base64 }
    : { type: 'url', url: new URL(data) };
}

function toAssistant({ content }: AssistantMessage): AssistantPrompt[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content.flatMap((part) => toAssistantPart(part) ?? []);
}

/** Sources, and approval requests that have been answered, are not sent back. */
function toAssistantPart(part: ContentPart): AssistantPrompt | undefined {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return { type: part.type, text: part.text, ...own(part) };
    case 'file':
      return toUserPart(part) as FilePrompt;
    case 'reasoning-file': {
      const data = toFileData(part.data) as Extract<FileData, { type: 'data' | 'url' }>;
      return { type: 'reasoning-file', data, mediaType: part.mediaType, ...own(part) };
    }
    case 'custom':
      return { type: 'custom', kind: part.kind, ...own(part) };
    case 'tool-call': {
      const { toolCallId, toolName, input, providerExecuted } = part;
      return {
        ...compact({ type: 'tool-call' as const, toolCallId, toolName, input, providerExecuted }),
        ...own(part),
      };
    }
    case 'tool-result': {
      const { toolCallId, toolName, output } = part;
      return { type: 'tool-result', toolCallId, toolName, output: toOutput(output), ...own(part) };
    }
    default:
      return undefined;
  }
}

function toToolParts({ content }: ToolMessage): Extract<PromptMessage, { role: 'tool' }>['content'] {
  return content.map((part) => {
    if (part.type === 'tool-result') {
      const { toolCallId, toolName, output } = part;
      return { type: 'tool-result', toolCallId, toolName, output: toOutput(output), ...own(part) };
    }
    const { approvalId, approved, reason } = part;
    return { ...compact({ type: part.type, approvalId, approved, reason }), ...own(part) };
  });
}

function toOutput(output: ToolOutput): ToolOutputPrompt {
  if (output.type === 'content') return { type: 'content', value: output.value.map(toUserPart) };
  if (output.type === 'json' || output.type === 'error-json')
    return { type: output.type, value: output.value as JSONValue as never };
  return output;
}

function toTool(tool: ResolvedTool): FunctionToolSpec | ProviderToolSpec {
  if (tool.type === 'provider')
    return { type: 'provider', id: tool.id, name: tool.name, args: { ...tool.args } };
  const { name, description, inputSchema, strict, inputExamples } = tool;
  const examples = inputExamples?.map(({ input }) => ({ input: input as never }));
  return {
    ...compact({
      type: 'function' as const,
      name,
      description,
      inputSchema,
      strict,
      inputExamples: examples,
    }),
    ...own(tool),
  };
}
