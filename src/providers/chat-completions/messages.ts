import type { JSONObject } from '../../types/json.ts';
import type {
  AssistantMessage,
  FilePart,
  Message,
  ProviderOptions,
  ToolMessage,
  UserPart,
} from '../../types/message.ts';
import type { Warning } from '../../types/result.ts';
import { decodeText, resolveData } from '../data-content.ts';
import { printToolInput, printToolOutput } from '../tool-input.ts';
import type { Wire } from '../wire.ts';
import type { Dialect } from './dialect.ts';

/** Turns a conversation into Chat Completions messages. What cannot be said there is left out with a warning. */
export function toMessages(
  messages: readonly Message[],
  provider: string,
  dialect: Dialect,
  warnings: Warning[],
): readonly Wire[] {
  return messages.flatMap((message) => toMessage(message, provider, dialect, warnings));
}

function toMessage(
  message: Message,
  provider: string,
  dialect: Dialect,
  warnings: Warning[],
): readonly Wire[] {
  const own = optionsOf(message.providerOptions, provider);
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: message.content, ...own }];
    case 'user': {
      if (typeof message.content === 'string') return [{ role: 'user', content: message.content, ...own }];
      const content = message.content.flatMap((part) => toPart(part, provider, warnings) ?? []);
      return [{ role: 'user', content, ...own }];
    }
    case 'assistant':
      return [{ ...toAssistant(message, provider, dialect), ...own }];
    case 'tool':
      return toToolMessages(message, provider, warnings);
  }
}

function optionsOf(options: ProviderOptions | undefined, provider: string): JSONObject {
  return options?.[provider] ?? {};
}

function toPart(part: UserPart, provider: string, warnings: Warning[]): Wire | undefined {
  const own = optionsOf(part.providerOptions, provider);
  if (part.type === 'text') return { type: 'text', text: part.text, ...own };
  if (part.type === 'file') return toFile(part, own, warnings);
  const data = resolveData(part.image, part.mediaType);
  const url = data.kind === 'url' ? data.url : `data:${data.mediaType ?? 'image/jpeg'};base64,${data.base64}`;
  // `detail` and the like belong inside.
  return { type: 'image_url', image_url: { url, ...own } };
}

function toFile(part: FilePart, own: JSONObject, warnings: Warning[]): Wire | undefined {
  const data = resolveData(part.data, part.mediaType);
  if (data.kind === 'url') {
    warnings.push({
      type: 'unsupported',
      feature: 'file by URL',
      details: 'only images can be given by URL',
    });
    return undefined;
  }
  if (part.mediaType.startsWith('image/')) {
    return { type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${data.base64}`, ...own } };
  }
  const audio = { 'audio/wav': 'wav', 'audio/x-wav': 'wav', 'audio/mpeg': 'mp3', 'audio/mp3': 'mp3' }[
    part.mediaType
  ];
  if (audio !== undefined)
    return { type: 'input_audio', input_audio: { data: data.base64, format: audio }, ...own };
  if (part.mediaType.startsWith('text/')) return { type: 'text', text: decodeText(data.base64), ...own };
  const filename = part.filename ?? `file.${part.mediaType.split('/')[1] ?? 'bin'}`;
  return {
    type: 'file',
    file: { filename, file_data: `data:${part.mediaType};base64,${data.base64}` },
    ...own,
  };
}

function toAssistant({ content }: AssistantMessage, provider: string, dialect: Dialect): Wire {
  if (typeof content === 'string') return { role: 'assistant', content };
  let text = '';
  let reasoning = '';
  let own: JSONObject = {};
  const calls: Wire[] = [];
  for (const part of content) {
    if (part.type === 'text') text += part.text;
    else if (part.type === 'reasoning') {
      reasoning += part.text;
      own = { ...own, ...optionsOf(part.providerOptions, provider) };
    } else if (part.type === 'tool-call' && part.providerExecuted !== true) {
      const call = { name: part.toolName, arguments: printToolInput(part.input) };
      calls.push({
        id: part.toolCallId,
        type: 'function',
        function: call,
        ...optionsOf(part.providerOptions, provider),
      });
    }
  }
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    ...(dialect.reasoningInHistory === true && reasoning !== '' ? { reasoning_content: reasoning } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...own,
  };
}

function toToolMessages({ content }: ToolMessage, provider: string, warnings: Warning[]): readonly Wire[] {
  return content.map(({ toolCallId, output, providerOptions }) => {
    if (output.type === 'content' && output.value.some(({ type }) => type !== 'text')) {
      warnings.push({
        type: 'unsupported',
        feature: 'tool result',
        details: 'tools can only give back text here',
      });
    }
    const text = printToolOutput(output);
    return { role: 'tool', tool_call_id: toolCallId, content: text, ...optionsOf(providerOptions, provider) };
  });
}
