import { toParts } from '../../../providers/openai/responses/items.ts';
import { parseToolInput } from '../../../providers/shared/tools/tool-input.ts';
import type {
  ContentPart,
  Message,
  ProviderOptions,
  ToolOutput,
  ToolResultPart,
  UserPart,
} from '../../../types/request/message.ts';
import { asText } from '../../../util/json.ts';
import { mergeOptions } from '../../../util/merge.ts';
import { invalid } from '../errors.ts';
import { asJSON } from '../shared/fields.ts';
import { carriedBy, unseal, withOptions } from '../shared/opaque-metadata.ts';
import { audioType, fileFrom, ownOptions, reference } from '../shared/parts.ts';
import { at } from '../validate.ts';
import { isOwnId } from './items.ts';
import {
  type Body,
  callItem,
  functionOutput,
  type InputItem,
  type InputPart,
  messageItem,
  outputItem,
  reasoningItem,
} from './schema.ts';

/** Reads the items of a Responses request. Throws if a tool result refers to an unknown call. */
export function toConversation({
  input,
  instructions,
  previous_response_id: previous,
}: Body): readonly Message[] {
  const messages: Message[] = [];
  if (typeof instructions === 'string') messages.push({ role: 'system', content: instructions });
  if (typeof input === 'string') return [...messages, { role: 'user', content: input }];
  const names = new Map<string, string>();
  for (const [index, item] of input.entries()) {
    const path = `input[${index}]`;
    const type = item.type ?? 'message';
    if (type === 'message') addMessage(messages, item, path);
    else if (type.endsWith('_output')) addResult(messages, toResult(item, type, path, names, previous));
    else {
      const parts = toAnswerParts(item, type, path);
      for (const part of parts) if (part.type === 'tool-call') names.set(part.toolCallId, part.toolName);
      addParts(messages, parts);
    }
  }
  return messages;
}

/** Merges consecutive assistant items into one turn. */
function addParts(messages: Message[], parts: readonly ContentPart[]): void {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') {
    messages.push({ role: 'assistant', content: parts });
    return;
  }
  const before: readonly ContentPart[] =
    typeof last.content === 'string' ? [{ type: 'text', text: last.content }] : last.content;
  messages[messages.length - 1] = { ...last, content: [...before, ...parts] };
}

function addResult(messages: Message[], result: ToolResultPart): void {
  const last = messages.at(-1);
  if (last?.role !== 'tool') messages.push({ role: 'tool', content: [result] });
  else messages[messages.length - 1] = { ...last, content: [...last.content, result] };
}

function addMessage(messages: Message[], item: InputItem, path: string): void {
  const { role, content } = at(path, messageItem, item);
  if (role === 'user') {
    messages.push({ role, content: typeof content === 'string' ? content : content.map(toUserPart) });
  } else if (role === 'assistant' && typeof content !== 'string') {
    const options = carriedBy(item) ?? ofItem(item, content);
    addParts(messages, [{ type: 'text', text: textOf(content, ''), ...withOptions(options) }]);
  } else {
    const text = typeof content === 'string' ? content : textOf(content, '\n\n');
    messages.push({ role: role === 'assistant' ? role : 'system', content: text });
  }
}

/** Metadata that OpenAI needs back with its own message: id, phase, and citations. */
function ofItem(item: InputItem, content: readonly InputPart[]): ProviderOptions | undefined {
  const id = asText(item['id']);
  if (id === undefined || isOwnId(id)) return undefined;
  const found = content.flatMap((part) => (Array.isArray(part['annotations']) ? part['annotations'] : []));
  const phase = asText(item['phase']);
  return {
    openai: {
      itemId: id,
      ...(phase === undefined ? {} : { phase }),
      ...(found.length === 0 ? {} : { annotations: asJSON(found) }),
    },
  };
}

function textOf(parts: readonly InputPart[], between: string): string {
  return parts
    .map((part) => ('text' in part ? String(part.text) : 'refusal' in part ? String(part.refusal) : ''))
    .join(between);
}

function toUserPart(wire: InputPart): UserPart {
  switch (wire.type) {
    case 'input_text':
    case 'output_text': {
      const { type: _type, text, ...rest } = wire;
      return { type: 'text', text, ...withOptions(ownOptions(rest)) };
    }
    case 'refusal':
      return { type: 'text', text: wire.refusal };
    case 'input_image': {
      const { type: _type, image_url: url, file_id: id, ...rest } = wire;
      const image = typeof id === 'string' ? reference(id) : url;
      if (typeof image !== 'string' && typeof id !== 'string') {
        throw invalid('input', 'expected image_url or file_id in an input_image');
      }
      return { type: 'image', image: image ?? '', ...withOptions(ownOptions(rest)) };
    }
    case 'input_file': {
      const { type: _type, file_data: data, file_url: url, file_id: id, filename, ...rest } = wire;
      return fileFrom({ data, url, id, filename }, rest);
    }
    case 'input_audio': {
      const { type: _type, input_audio: audio, ...rest } = wire;
      const mediaType = audioType(audio.format);
      return { type: 'file', data: audio.data, mediaType, ...withOptions(ownOptions(rest)) };
    }
  }
}

/** Output items that are not messages: reasoning, and calls of the caller's and the vendor's tools. */
function toAnswerParts(item: InputItem, type: string, path: string): readonly ContentPart[] {
  if (type === 'reasoning') return [toReasoning(item, path)];
  if (type === 'function_call') return [toCall(item, path)];
  const { signalbox: _carried, ...wire } = item;
  // An image by another vendor is not an item that OpenAI knows.
  const others = type === 'image_generation_call' && isOwnId(item['id']);
  const carried = carriedBy(item);
  return toParts(wire).map((part) => {
    const options = others ? carried : mergeOptions(part.providerOptions, carried);
    const { providerOptions: _item, ...rest } = part;
    return { ...rest, ...withOptions(options) };
  });
}

function toReasoning(item: InputItem, path: string): ContentPart {
  const { summary, encrypted_content: encrypted } = at(path, reasoningItem, item);
  const text = summary.map((part) => part.text).join('\n\n');
  const native = isOwnId(item['id']) ? undefined : { openai: { item: asJSON(item) } };
  return { type: 'reasoning', text, ...withOptions(unseal(encrypted ?? '') ?? native) };
}

function toCall(item: InputItem, path: string): ContentPart {
  const { call_id: toolCallId, name: toolName, arguments: args } = at(path, callItem, item);
  const id = asText(item['id']);
  const native = id === undefined || isOwnId(id) ? undefined : { openai: { itemId: id } };
  const options = carriedBy(item) ?? native;
  return { type: 'tool-call', toolCallId, toolName, input: parseToolInput(args), ...withOptions(options) };
}

function toResult(
  item: InputItem,
  type: string,
  path: string,
  names: ReadonlyMap<string, string>,
  previous: string | null | undefined,
): ToolResultPart {
  const {
    call_id: toolCallId,
    output,
    type: _type,
    id: _id,
    status: _status,
    signalbox: _own,
    ...rest
  } = at(path, outputItem, item);
  // The call may be stored by the vendor.
  const toolName =
    names.get(toolCallId) ?? (typeof previous === 'string' ? type.replace(/_call_output$/, '') : undefined);
  if (toolName === undefined) {
    throw invalid(`${path}.call_id`, 'expected the id of a call in an earlier item');
  }
  const plain = type === 'function_call_output' || type === 'custom_tool_call_output';
  return {
    type: 'tool-result',
    toolCallId,
    toolName,
    output: plain ? toOutput(at(`${path}.output`, functionOutput, output)) : rawOutput(output),
    ...withOptions(ownOptions(rest)),
  };
}

function toOutput(output: string | readonly InputPart[]): ToolOutput {
  if (typeof output === 'string') return { type: 'text', value: output };
  return { type: 'content', value: output.map(toUserPart) };
}

function rawOutput(output: unknown): ToolOutput {
  if (typeof output === 'string') return { type: 'text', value: output };
  return { type: 'json', value: asJSON(output ?? null) };
}
