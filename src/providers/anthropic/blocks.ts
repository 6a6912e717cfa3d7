import type { ProviderStreamPart } from '../../types/provider.ts';
import { asObjects, asText, type Wire } from '../../util/json.ts';
import { malformed } from '../shared/answer/broken.ts';
import type { Evidence } from '../shared/answer/finish-reason.ts';
import { ownToolCallIds } from '../shared/tools/tool-call-id.ts';
import { type ToolInputReader, toolInputReader } from '../shared/tools/tool-input.ts';
import { citationsOf, citedSources, toWholeParts, withOwnId } from './content.ts';

type Parts = readonly ProviderStreamPart[];

interface OpenBlock {
  readonly start: Wire;
  readonly type: string;
  readonly id: string;
  /** The ID of the tool call, for calls the application answers. */
  readonly toolCallId: string;
  readonly input: ToolInputReader;
  readonly citations: unknown[];
}

/** The content blocks of one stream. */
export interface BlockReader {
  start(index: unknown, block: Wire): Parts;
  push(index: unknown, delta: Wire): Parts;
  stop(index: unknown): Parts;
  /** Ends all blocks that are still open. */
  end(): Parts;
  /** Whether any block has begun. */
  any(): boolean;
  /** Evidence from the blocks received so far. */
  evidence(): Evidence;
}

/**
 * Reads the blocks of a stream. The content in a block's start event counts like the content of its deltas.
 * Some gateways omit start or stop events, or misnumber their blocks.
 */
export function blockReader(): BlockReader {
  const open = new Map<unknown, OpenBlock>();
  const ownId = ownToolCallIds();
  let begun = 0;
  let callsTools = false;
  let hasContent = false;
  let isCut = false;

  const begin = (index: unknown, start: Wire): OpenBlock => {
    const block: OpenBlock = {
      start,
      type: asText(start['type']) ?? '',
      id: String(begun++),
      toolCallId: asText(start['id']) ?? '',
      input: toolInputReader(),
      citations: [...asObjects(start['citations'])],
    };
    open.set(index, block);
    if (block.type === 'tool_use') callsTools = true;
    if (block.type === 'text' ? asText(start['text']) : !block.type.endsWith('thinking')) hasContent = true;
    return block;
  };

  /** The index of the block an event belongs to. An event without an index belongs to the only open block. */
  const blockIndex = (index: unknown): unknown => {
    if ((index ?? undefined) !== undefined || open.has(index) || open.size !== 1) return index;
    const [only] = open.keys();
    return only;
  };

  const stop = (index: unknown): Parts => {
    const block = open.get(index);
    open.delete(index);
    if (block === undefined) return [];
    const parts = endOf(block);
    if (isCall(block.type))
      isCut ||= parts.some((part) => part.type === 'tool-call' && typeof part.input === 'string');
    return parts;
  };

  return {
    start(index, start) {
      const before = stop(index);
      const parts = startOf(begin(index, withOwnId(start, ownId)));
      return before.length === 0 ? parts : [...before, ...parts];
    },
    push(index, delta) {
      const type = delta['type'];
      let block = open.get(blockIndex(index));
      if (type === 'input_json_delta') {
        const text = asText(delta['partial_json']) ?? '';
        if (text === '') return [];
        if (block === undefined || !isCall(block.type))
          throw malformed('anthropic', 'arguments arrived without their tool call');
        return pushInput(block, text);
      }
      if (!asText(type)) throw malformed('anthropic', 'a delta has no type');
      if (type === 'text_delta' && delta['text'] !== '') hasContent = true;
      block ??= begin(index, {
        type: type === 'text_delta' || type === 'citations_delta' ? 'text' : 'thinking',
      });
      return pushDelta(block, delta);
    },
    stop: (index) => stop(blockIndex(index)),
    end: () => [...open.keys()].flatMap(stop),
    any: () => begun > 0,
    evidence: () => ({ callsTools, hasContent, isCut }),
  };
}

function isCall(type: string): boolean {
  return type.endsWith('tool_use');
}

/** The parts in a block's start event, which is usually empty. */
function startOf({ start, type, id, toolCallId }: OpenBlock): Parts {
  switch (type) {
    case 'text':
      return textDelta(id, start['text']);
    case 'thinking':
      return [...thinkingDelta(id, start['thinking']), ...signatureDelta(id, start['signature'])];
    case 'redacted_thinking': {
      const redactedData = asText(start['data']) ?? '';
      return [{ type: 'reasoning-delta', text: '', id, providerOptions: { anthropic: { redactedData } } }];
    }
    case 'tool_use':
      return [{ type: 'tool-call-start', toolCallId, toolName: asText(start['name']) ?? '' }];
    default:
      return [];
  }
}

function pushDelta({ id, citations }: OpenBlock, delta: Wire): Parts {
  switch (delta['type']) {
    case 'text_delta':
      return textDelta(id, delta['text']);
    case 'thinking_delta':
      return thinkingDelta(id, delta['thinking']);
    case 'signature_delta':
      return signatureDelta(id, delta['signature']);
    case 'citations_delta':
      citations.push(delta['citation']);
      return [];
    default:
      return [];
  }
}

function textDelta(id: string, given: unknown): Parts {
  const text = asText(given) ?? '';
  return text === '' ? [] : [{ type: 'text-delta', text, id }];
}

function thinkingDelta(id: string, given: unknown): Parts {
  const text = asText(given) ?? '';
  return text === '' ? [] : [{ type: 'reasoning-delta', text, id }];
}

function signatureDelta(id: string, given: unknown): Parts {
  const signature = asText(given) ?? '';
  if (signature === '') return [];
  return [{ type: 'reasoning-delta', text: '', id, providerOptions: { anthropic: { signature } } }];
}

function pushInput({ type, toolCallId, input }: OpenBlock, piece: string): Parts {
  const text = input.push(piece);
  return type !== 'tool_use' || text === '' ? [] : [{ type: 'tool-call-delta', toolCallId, text }];
}

/** The parts known only at the end of a block. Its text and thinking have already been emitted. */
function endOf({ start, type, id, toolCallId, input: reader, citations }: OpenBlock): Parts {
  if (type === 'text') {
    if (citations.length === 0) return [];
    return [{ type: 'text-delta', text: '', id, ...citationsOf(citations) }, ...citedSources(citations)];
  }
  if (type === 'thinking' || type === 'redacted_thinking') return [];
  if (!isCall(type)) return toWholeParts(start);
  if (reader.text() === '') return toWholeParts(start);
  const { input, rest } = reader.end();
  const parts = toWholeParts({ ...start, input });
  if (type !== 'tool_use' || rest === '') return parts;
  return [{ type: 'tool-call-delta', toolCallId, text: rest }, ...parts];
}
