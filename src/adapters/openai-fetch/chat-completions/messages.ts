import * as z from 'zod/mini';
import { parseToolInput } from '../../../providers/shared/tools/tool-input.ts';
import type { JSONObject } from '../../../types/request/json.ts';
import type {
  AssistantMessage,
  ContentPart,
  FilePart,
  Message,
  ProviderOptions,
  ToolResultPart,
  UserPart,
} from '../../../types/request/message.ts';
import { invalid } from '../errors.ts';
import { carriedBy, withOptions } from '../shared/opaque-metadata.ts';
import { audioType, fileFrom, ownOptions } from '../shared/parts.ts';
import { anyObject } from '../validate.ts';
import { reasoningIn, signatureOf } from './reasoning.ts';
import type { WireMessage, WireUserPart } from './schema.ts';

type Of<Role> = Extract<WireMessage, { role: Role }>;

/** Reads Chat Completions messages. Throws if a tool result refers to an unknown call. */
export function toConversation(wires: readonly WireMessage[]): readonly Message[] {
  const messages: Message[] = [];
  const names = new Map<string, string>();
  for (const [index, wire] of wires.entries()) {
    switch (wire.role) {
      case 'system':
      case 'developer':
        messages.push(...toSystem(wire));
        break;
      case 'user':
        messages.push({ role: 'user', content: toUserContent(wire.content), ...named(wire.name) });
        break;
      case 'assistant': {
        const message = toAssistant(wire);
        for (const part of message.content)
          if (typeof part === 'object' && part.type === 'tool-call')
            names.set(part.toolCallId, part.toolName);
        messages.push(message);
        break;
      }
      case 'tool': {
        const name = names.get(wire.tool_call_id);
        if (name === undefined) {
          const expected = 'the id of a tool call in an earlier message';
          throw invalid(`messages[${index}].tool_call_id`, `expected ${expected}`);
        }
        addResult(messages, toResult(wire, name));
      }
    }
  }
  return messages;
}

/** Merges consecutive tool results into one turn. */
function addResult(messages: Message[], result: ToolResultPart): void {
  const last = messages.at(-1);
  if (last?.role !== 'tool') messages.push({ role: 'tool', content: [result] });
  else messages[messages.length - 1] = { ...last, content: [...last.content, result] };
}

function named(name: string | null | undefined): { readonly providerOptions?: ProviderOptions } {
  return typeof name === 'string' ? { providerOptions: { openai: { name } } } : {};
}

// A text with a cache marker needs a separate message; otherwise all texts become one.
function toSystem({ content, name }: Of<'system' | 'developer'>): readonly Message[] {
  if (typeof content === 'string') return [{ role: 'system', content, ...named(name) }];
  const marked = content.some((part) => part['cache_control'] !== undefined);
  if (!marked)
    return [{ role: 'system', content: content.map(({ text }) => text).join('\n\n'), ...named(name) }];
  return content.map(({ type: _type, text, ...rest }) => {
    return { role: 'system', content: text, ...withOptions(ownOptions(rest)) };
  });
}

function toUserContent(content: string | readonly WireUserPart[]): string | readonly UserPart[] {
  return typeof content === 'string' ? content : content.map(toUserPart);
}

function toUserPart(wire: WireUserPart): UserPart {
  switch (wire.type) {
    case 'text': {
      const { type, text, ...rest } = wire;
      return { type, text, ...withOptions(ownOptions(rest)) };
    }
    case 'image_url': {
      const { type: _type, image_url, ...rest } = wire;
      const { url, ...inside } = image_url;
      return { type: 'image', image: url, ...withOptions(ownOptions({ ...inside, ...rest })) };
    }
    case 'input_audio': {
      const { type: _type, input_audio, ...rest } = wire;
      const { data, format } = input_audio;
      return { type: 'file', data, mediaType: audioType(format), ...withOptions(ownOptions(rest)) };
    }
    case 'file': {
      const { type: _type, file, ...rest } = wire;
      return fileFrom({ data: file.file_data, id: file.file_id, filename: file.filename }, rest);
    }
  }
}

const contentParts = z.array(z.looseObject({ type: z.string() }));
const whole = z.looseObject({ content: contentParts });

/**
 * Reads an assistant message. Uses the original parts it carries if the visible content is unchanged, so that their metadata
 * goes back to the vendor.
 */
function toAssistant(wire: Of<'assistant'>): AssistantMessage {
  const parts = toParts(wire);
  const carried = carriedParts(wire);
  const same = carried !== undefined && gist(carried) === gist(parts);
  const content = same ? carried : parts;
  const [only] = content;
  const plain = content.length === 1 && only?.type === 'text' && only.providerOptions === undefined;
  return { role: 'assistant', content: plain ? only.text : content, ...named(wire.name) };
}

function toParts(wire: Of<'assistant'>): readonly ContentPart[] {
  const { content, refusal, tool_calls: calls, audio } = wire;
  const ownText = typeof content === 'string' ? content : (content ?? []).map(textOf).join('');
  const text = ownText === '' ? (refusal ?? '') : ownText;
  return [
    ...reasoningIn(wire),
    ...(text === '' ? [] : [{ type: 'text', text } as const]),
    ...(calls ?? []).map((call): ContentPart => {
      const { id: toolCallId, function: called } = call;
      const input = parseToolInput(called.arguments);
      const options = carriedBy(call) ?? signatureOf(call);
      return { type: 'tool-call', toolCallId, toolName: called.name, input, ...withOptions(options) };
    }),
    ...(audio ? [speech(audio.id, audio.data)] : []),
  ];
}

function textOf(part: {
  readonly type: string;
  readonly text?: unknown;
  readonly refusal?: unknown;
}): string {
  return String(part.type === 'text' ? part.text : part.refusal);
}

/** Speech goes back to its vendor by id. */
function speech(id: string, data: string | undefined): FilePart {
  return {
    type: 'file',
    data: data ?? '',
    mediaType: 'audio/wav',
    providerOptions: { openai: { audio: { id } } },
  };
}

function carriedParts(wire: Of<'assistant'>): readonly ContentPart[] | undefined {
  const { success, data } = z.safeParse(whole, wire['signalbox']);
  return success && data.content.every(isPart)
    ? (data.content as readonly unknown[] as ContentPart[])
    : undefined;
}

const shapes: Readonly<Record<string, readonly string[]>> = {
  text: ['text'],
  reasoning: ['text'],
  'tool-call': ['toolCallId', 'toolName'],
  'tool-result': ['toolCallId', 'toolName'],
  file: ['data', 'mediaType'],
  source: ['id', 'sourceType'],
};

function isPart(part: { readonly type: string; readonly [field: string]: unknown }): boolean {
  const options = part['providerOptions'];
  if (options !== undefined && !z.safeParse(z.record(z.string(), anyObject), options).success) return false;
  if (part.type === 'tool-result' && !z.safeParse(anyObject, part['output']).success) return false;
  return shapes[part.type]?.every((field) => typeof part[field] === 'string') === true;
}

/** The parts of a message that a client sees and may have changed. */
function gist(parts: readonly ContentPart[]): string {
  const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const calls = parts.flatMap((part): readonly JSONObject[] => {
    if (part.type !== 'tool-call' || part.providerExecuted === true) return [];
    return [{ id: part.toolCallId, name: part.toolName, input: part.input }];
  });
  return JSON.stringify([text, calls]);
}

function toResult(wire: Of<'tool'>, toolName: string): ToolResultPart {
  const { role: _role, tool_call_id: toolCallId, content, ...rest } = wire;
  const output =
    typeof content === 'string'
      ? ({ type: 'text', value: content } as const)
      : ({ type: 'text', value: content.map(({ text }) => text).join('') } as const);
  return { type: 'tool-result', toolCallId, toolName, output, ...withOptions(ownOptions(rest)) };
}
