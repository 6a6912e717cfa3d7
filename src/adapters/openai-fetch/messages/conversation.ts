import { toParts } from '../../../providers/anthropic/content.ts';
import type { JSONObject } from '../../../types/request/json.ts';
import type {
  ContentPart,
  DataContent,
  Message,
  ProviderOptions,
  ToolOutput,
  ToolResultPart,
  UserPart,
} from '../../../types/request/message.ts';
import { toBase64 } from '../../../util/data-content.ts';
import { mergeOptions } from '../../../util/merge.ts';
import { invalid } from '../errors.ts';
import { asJSON, given } from '../shared/fields.ts';
import { carriedBy, unseal, withOptions } from '../shared/opaque-metadata.ts';
import { at } from '../validate.ts';
import {
  assistantBlock,
  type Block,
  type Body,
  type ResultBlock,
  type ShownBlock,
  type UserBlock,
  userBlock,
} from './schema.ts';

/** Reads Anthropic messages. Throws if a tool result refers to an unknown call. */
export function toConversation({ system, messages: wires }: Body): readonly Message[] {
  const messages: Message[] = [...toSystem(system)];
  const names = new Map<string, string>();
  for (const [index, { role, content }] of wires.entries()) {
    const path = `messages[${index}].content`;
    if (role === 'system') messages.push(...toSystem(asTexts(content, path)));
    else if (typeof content === 'string') messages.push({ role, content });
    else if (role === 'user') messages.push(...toUserTurn(content, path, names));
    else {
      const parts = content.flatMap((block, position) => toAnswerParts(block, `${path}[${position}]`));
      for (const part of parts) if (part.type === 'tool-call') names.set(part.toolCallId, part.toolName);
      messages.push({ role, content: parts });
    }
  }
  return messages;
}

function asTexts(content: string | readonly Block[], path: string): NonNullable<Body['system']> {
  if (typeof content === 'string') return content;
  return content.map((block, index) => {
    const text = at(`${path}[${index}]`, userBlock, block);
    if (text.type === 'text') return text;
    throw invalid(`${path}[${index}].type`, 'expected "text"');
  });
}

/** One message per block, because each block may have a cache marker. */
function toSystem(system: Body['system']): readonly Message[] {
  if (system === undefined || system === null || system === '') return [];
  if (typeof system === 'string') return [{ role: 'system', content: system }];
  return system.map(({ type: _type, text, ...rest }) => {
    return { role: 'system', content: text, ...withOptions(ownOptions(rest)) };
  });
}

/** Fields of a block that our types do not cover become provider options of Anthropic. */
function ownOptions(rest: { readonly [field: string]: unknown }): ProviderOptions | undefined {
  const { signalbox: _carried, ...own } = given(rest);
  return Object.keys(own).length === 0 ? undefined : { anthropic: own as JSONObject };
}

/** Tool results come first, as Anthropic requires, then the user's content. */
function toUserTurn(
  content: readonly Block[],
  path: string,
  names: ReadonlyMap<string, string>,
): readonly Message[] {
  const results: ToolResultPart[] = [];
  const parts: UserPart[] = [];
  for (const [index, wire] of content.entries()) {
    const place = `${path}[${index}]`;
    const block: UserBlock = at(place, userBlock, wire);
    if (block.type !== 'tool_result') {
      parts.push(toUserPart(block));
      continue;
    }
    const toolName = names.get(block.tool_use_id);
    if (toolName === undefined) {
      throw invalid(`${place}.tool_use_id`, 'expected the id of an earlier tool_use block');
    }
    results.push(toResult(block, toolName));
  }
  return [
    ...(results.length === 0 ? [] : [{ role: 'tool', content: results } as const]),
    ...(parts.length === 0 ? [] : [{ role: 'user', content: parts } as const]),
  ];
}

function toUserPart(block: ShownBlock): UserPart {
  switch (block.type) {
    case 'text': {
      const { type, text, ...rest } = block;
      return { type, text, ...withOptions(ownOptions(rest)) };
    }
    case 'image': {
      const { type, source, ...rest } = block;
      const mediaType = source.type === 'base64' ? { mediaType: source.media_type } : {};
      return { type, image: toData(source), ...mediaType, ...withOptions(ownOptions(rest)) };
    }
    case 'document': {
      const { type: _type, source, title, ...rest } = block;
      const mediaType =
        source.type === 'base64'
          ? source.media_type
          : source.type === 'text'
            ? 'text/plain'
            : 'application/pdf';
      return {
        type: 'file',
        data: toData(source),
        mediaType,
        ...(typeof title === 'string' ? { filename: title } : {}),
        ...withOptions(ownOptions(rest)),
      };
    }
  }
}

type Source = Extract<ShownBlock, { type: 'document' }>['source'];

function toData(source: Source): DataContent {
  switch (source.type) {
    case 'base64':
      return source.data;
    case 'text':
      return toBase64(new TextEncoder().encode(source.data));
    case 'url':
      return source.url;
    case 'file':
      return { type: 'reference', reference: { anthropic: source.file_id } };
  }
}

function toResult(block: ResultBlock, toolName: string): ToolResultPart {
  const { type: _type, tool_use_id: toolCallId, content, is_error: failed, ...rest } = block;
  const output = toOutput(content ?? '', failed === true);
  // A failed tool result of ours cannot hold images.
  const marked = failed === true && output.type === 'content' ? { ...rest, is_error: true } : rest;
  return { type: 'tool-result', toolCallId, toolName, output, ...withOptions(ownOptions(marked)) };
}

function toOutput(content: string | readonly ShownBlock[], failed: boolean): ToolOutput {
  if (typeof content === 'string') return { type: failed ? 'error-text' : 'text', value: content };
  const texts = content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
  if (failed && texts.length === content.length) return { type: 'error-text', value: texts.join('\n') };
  return { type: 'content', value: content.map(toUserPart) };
}

const known = new Set(['text', 'thinking', 'redacted_thinking', 'tool_use']);

function toAnswerParts(wire: Block, path: string): readonly ContentPart[] {
  const carried = carriedBy(wire);
  if (!known.has(wire.type)) {
    const { signalbox: _carried, ...block } = wire;
    const parts = toParts(block);
    if (parts.length === 0) throw invalid(`${path}.type`, 'expected a supported block type');
    return parts.map((part) => ({
      ...part,
      ...withOptions(part.type === 'source' ? undefined : mergeOptions(part.providerOptions, carried)),
    }));
  }
  const block = at(path, assistantBlock, wire);
  switch (block.type) {
    case 'text': {
      const { type, text, ...rest } = block;
      return [{ type, text, ...withOptions(mergeOptions(carried, ownOptions(rest))) }];
    }
    case 'thinking':
      return [toReasoning(block.thinking, block.signature ?? '', 'signature')];
    case 'redacted_thinking':
      return [toReasoning('', block.data, 'redactedData')];
    case 'tool_use': {
      const { type: _type, id: toolCallId, name: toolName, input, caller: _caller, ...rest } = block;
      const options = mergeOptions(carried, ownOptions(rest));
      return [{ type: 'tool-call', toolCallId, toolName, input: asJSON(input), ...withOptions(options) }];
    }
  }
}

/** Reasoning with the metadata its vendor needs back: encoded by us, or Anthropic's own signature. */
function toReasoning(text: string, sealed: string, native: 'signature' | 'redactedData'): ContentPart {
  const options = unseal(sealed) ?? (sealed === '' ? undefined : { anthropic: { [native]: sealed } });
  return { type: 'reasoning', text, ...withOptions(options) };
}
