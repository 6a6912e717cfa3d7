import type { AIMessage, BaseMessage, ToolMessage } from '@langchain/core/messages';
import { RequestError } from '../../errors.ts';
import type { JSONValue } from '../../types/request/json.ts';
import type {
  ContentPart,
  Message,
  ProviderOptions,
  SystemMessage,
  ToolCallPart,
  ToolOutput,
  ToolResultPart,
  UserPart,
} from '../../types/request/message.ts';
import { asJSON, asObject, asObjects, asText, type Wire } from '../../util/json.ts';
import { optionsOf, toDataPart, toUserPart } from './blocks.ts';
import { keptIn } from './preserved-content.ts';

/**
 * Converts a LangChain conversation. Answers made through signalbox go back with all of their vendor's metadata; other models'
 * answers keep text, reasoning, images, files and tool calls.
 *
 * @throws RequestError for an unsupported message or block
 */
export function toMessages(messages: readonly BaseMessage[]): Message[] {
  const toolNames = new Map<string, string>();
  const thread: Message[] = [];
  for (const [index, message] of messages.entries()) {
    const at = `messages[${index}]`;
    if (isAI(message)) {
      const content = toAnswer(message, at);
      for (const part of content)
        if (part.type === 'tool-call') toolNames.set(part.toolCallId, part.toolName);
      thread.push({ role: 'assistant', content });
    } else if (isTool(message)) addResult(thread, toResult(message, toolNames, at));
    else thread.push(toPlain(message, at));
  }
  return thread;
}

// Checks the type field, because a message may be a chunk or come from another copy of LangChain's core.
function isAI(message: BaseMessage): message is AIMessage {
  return message.type === 'ai';
}

function isTool(message: BaseMessage): message is ToolMessage {
  return message.type === 'tool';
}

function toPlain(message: BaseMessage, at: string): Message {
  const { content } = message;
  const role = roleOf(message, at);
  if (role === 'system') return toSystem(content, at);
  if (role === 'assistant') return { role, content: textOf(content) };
  if (typeof content === 'string') return { role, content };
  return { role, content: partsOf(content, at) };
}

const roles: Readonly<Record<string, 'system' | 'user' | 'assistant'>> = {
  system: 'system',
  developer: 'system',
  human: 'user',
  user: 'user',
  assistant: 'assistant',
  ai: 'assistant',
};

function roleOf(message: BaseMessage, at: string): 'system' | 'user' | 'assistant' {
  const { type } = message;
  const word = type === 'generic' ? (asText((message as { role?: unknown }).role) ?? '') : type;
  const role = roles[word];
  if (role !== undefined) return role;
  throw new RequestError(at, 'a system, human, AI or tool message', `one of type '${type}'`);
}

function toSystem(content: BaseMessage['content'], at: string): SystemMessage {
  if (typeof content === 'string') return { role: 'system', content };
  const parts = partsOf(content, at);
  const strange = parts.findIndex(({ type }) => type !== 'text');
  if (strange >= 0) throw new RequestError(`${at}.content[${strange}].type`, "'text'", 'something else');
  // Joined, because not every vendor accepts several texts; a cache marker applies to all of it.
  const marked = parts.findLast(({ providerOptions }) => providerOptions !== undefined);
  const options: { providerOptions?: ProviderOptions } =
    marked?.providerOptions === undefined ? {} : { providerOptions: marked.providerOptions };
  return { role: 'system', content: textOf(content), ...options };
}

function partsOf(content: BaseMessage['content'], at: string): UserPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content.map((block, index) => toUserPart(asObject(block) ?? {}, `${at}.content[${index}]`));
}

/** The text of a message's content. */
export function textOf(content: BaseMessage['content']): string {
  if (typeof content === 'string') return content;
  return asObjects(content)
    .map(({ type, text }) => (type === 'text' ? (asText(text) ?? '') : ''))
    .join('');
}

function toAnswer(message: AIMessage, at: string): readonly ContentPart[] {
  const calls = callsOf(message);
  const kept = keptIn(message, textOf(message.content), calls);
  if (kept !== undefined) return kept;
  const blocks =
    typeof message.content === 'string'
      ? [{ type: 'text', text: message.content }]
      : asObjects(message.content);
  const parts = blocks.flatMap((block, index) => toAnswerPart(block, `${at}.content[${index}]`));
  return [...itemOf(message), ...parts, ...calls];
}

/** Returns nothing for vendor-specific blocks and for tool calls, which the message holds separately. */
function toAnswerPart(block: Wire, at: string): readonly ContentPart[] {
  const text = asText(block['text']);
  if (block['type'] === 'text') return text ? [{ type: 'text', text, ...optionsOf(block) }] : [];
  const data = asText(block['data']);
  if (block['type'] === 'redacted_thinking' && data !== undefined)
    return [{ type: 'reasoning', text: '', providerOptions: { anthropic: { redactedData: data } } }];
  const thought = asText(block['reasoning']) ?? asText(block['thinking']);
  if (thought !== undefined) return toReasoning(thought, block);
  const part = toDataPart(block, at);
  if (part === undefined) return [];
  if (part.type === 'file') return [part];
  const { image, mediaType = 'image/png', providerOptions } = part;
  return [{ type: 'file', data: image, mediaType, ...(providerOptions ? { providerOptions } : {}) }];
}

/** Reasoning, with the signature that ChatAnthropic keeps in its blocks. */
function toReasoning(text: string, block: Wire): readonly ContentPart[] {
  const signature = asText(block['signature']);
  if (signature !== undefined)
    return [{ type: 'reasoning', text, providerOptions: { anthropic: { signature } } }];
  return text === '' ? [] : [{ type: 'reasoning', text }];
}

/** The reasoning item that ChatOpenAI keeps beside the content of an answer. */
function itemOf({ additional_kwargs: kept }: AIMessage): readonly ContentPart[] {
  const item = asObject(kept['reasoning']);
  if (item?.['type'] !== 'reasoning' || typeof item['encrypted_content'] !== 'string') return [];
  const text = asObjects(item['summary'])
    .map((part) => asText(part['text']) ?? '')
    .join('\n\n');
  return [{ type: 'reasoning', text, providerOptions: { openai: { item: asJSON(item) ?? {} } } }];
}

/** The tool calls of an answer, including invalid ones, because their results are in the history. */
function callsOf({ tool_calls: calls = [], invalid_tool_calls: invalid = [] }: AIMessage): ToolCallPart[] {
  return [...calls, ...invalid].map(({ id = '', name = '', args }) => ({
    type: 'tool-call',
    toolCallId: id,
    toolName: name,
    input: (args ?? {}) as JSONValue,
  }));
}

function toResult(message: ToolMessage, toolNames: ReadonlyMap<string, string>, at: string): ToolResultPart {
  const { tool_call_id: toolCallId, name, content, status } = message;
  return {
    type: 'tool-result',
    toolCallId,
    toolName: toolNames.get(toolCallId) ?? name ?? toolCallId,
    output: toOutput(content, status === 'error', at),
  };
}

/** A tool's `artifact` is for the application and is not sent to the model. */
function toOutput(content: ToolMessage['content'], failed: boolean, at: string): ToolOutput {
  if (failed) return { type: 'error-text', value: textOf(content) };
  if (typeof content === 'string') return { type: 'text', value: content };
  return { type: 'content', value: partsOf(content, at) };
}

/** Merges the results of parallel calls into one message. */
function addResult(thread: Message[], part: ToolResultPart): void {
  const last = thread.at(-1);
  if (last?.role === 'tool') thread[thread.length - 1] = { ...last, content: [...last.content, part] };
  else thread.push({ role: 'tool', content: [part] });
}
