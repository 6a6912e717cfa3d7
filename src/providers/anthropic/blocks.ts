import type { ProviderStreamPart } from '../../types/provider.ts';
import { asObjects, asText, type Wire } from '../../util/json.ts';
import { malformed } from '../shared/answer/broken.ts';
import type { Evidence } from '../shared/answer/finish-reason.ts';
import { ownToolCallIds } from '../shared/tool-call-id.ts';
import { type ToolInputReader, toolInputReader } from '../shared/tool-input.ts';
import { citationsOf, citedSources, toWholeParts, withOwnId } from './content.ts';

type Parts = readonly ProviderStreamPart[];

interface OpenBlock {
  readonly start: Wire;
  readonly type: string;
  readonly id: string;
  /** Of a call that the application has to answer. */
  readonly toolCallId: string;
  readonly input: ToolInputReader;
  readonly citations: unknown[];
}

/** The content blocks of one stream. */
export interface BlockReader {
  start(index: unknown, block: Wire): Parts;
  push(index: unknown, delta: Wire): Parts;
  stop(index: unknown): Parts;
  /** Ends the blocks that the vendor did not end. */
  end(): Parts;
  /** Whether one has begun. */
  any(): boolean;
  /** What has come so far. */
  evidence(): Evidence;
}

/**
 * Reads the blocks of a stream. What stands in a block's start counts as what its deltas bring; gateways leave out starts, or
 * stops, or count their blocks wrongly.
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

  /** The place of the block that an event belongs to: where it says none, of the one that is open. */
  const placeOf = (index: unknown): unknown => {
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
      let block = open.get(placeOf(index));
      if (type === 'input_json_delta') {
        const text = asText(delta['partial_json']) ?? '';
        if (text === '') return [];
        if (block === undefined || !isCall(block.type))
          throw malformed('anthropic', 'arguments came without the call that they belong to');
        return pushInput(block, text);
      }
      if (!asText(type)) throw malformed('anthropic', 'a delta does not say what it is');
      if (type === 'text_delta' && delta['text'] !== '') hasContent = true;
      block ??= begin(index, {
        type: type === 'text_delta' || type === 'citations_delta' ? 'text' : 'thinking',
      });
      return pushDelta(block, delta);
    },
    stop: (index) => stop(placeOf(index)),
    end: () => [...open.keys()].flatMap(stop),
    any: () => begun > 0,
    evidence: () => ({ callsTools, hasContent, isCut }),
  };
}

function isCall(type: string): boolean {
  return type.endsWith('tool_use');
}

/** What a block begins with. Nearly always it is empty, and its deltas follow. */
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

/** What a block came to; its text and its thinking have been given out by then. */
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
