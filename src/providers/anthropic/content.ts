import type { JSONObject } from '../../types/request/json.ts';
import type { ContentPart, ProviderOptions, SourcePart } from '../../types/request/message.ts';
import { asJSON, asObjects, asText, type Wire } from '../../util/json.ts';
import { malformed, namelessCall } from '../shared/answer/broken.ts';
import { readToolInput } from '../shared/tools/tool-input.ts';

/** Converts one content block of an answer to parts. Unknown kinds yield no parts (they remain in `raw`). */
export function toParts(block: Wire): readonly ContentPart[] {
  const type = asText(block['type']) ?? '';
  if (type === 'text') {
    const text = asText(block['text']) ?? '';
    const citations = asObjects(block['citations']);
    if (text === '' && citations.length === 0) return [];
    return [{ type: 'text', text, ...citationsOf(citations) }, ...citedSources(citations)];
  }
  if (type === 'thinking') {
    const [text, signature] = [asText(block['thinking']) ?? '', asText(block['signature']) ?? ''];
    if (text === '' && signature === '') return [];
    const options = signature === '' ? {} : { providerOptions: { anthropic: { signature } } };
    return [{ type: 'reasoning', text, ...options }];
  }
  if (type === 'redacted_thinking') {
    return [
      {
        type: 'reasoning',
        text: '',
        providerOptions: { anthropic: { redactedData: asText(block['data']) ?? '' } },
      },
    ];
  }
  return toWholeParts(block);
}

/** A part that arrives whole, even in a stream. */
type WholePart = Exclude<ContentPart, { readonly type: 'text' | 'reasoning' }>;

/** Converts a block that is neither text nor thinking. */
export function toWholeParts(block: Wire): readonly WholePart[] {
  const type = asText(block['type']) ?? '';
  if (type === 'tool_use') {
    const [toolCallId, toolName] = [asText(block['id']) ?? '', asText(block['name']) ?? ''];
    return [{ type: 'tool-call', toolCallId, toolName, input: readToolInput(block['input']) }];
  }
  if (type === 'server_tool_use' || type === 'mcp_tool_use') return [serverCall(block)];
  return type.endsWith('_tool_result') ? serverResult(block, type) : [];
}

/**
 * Gives a tool call block a unique ID. Throws for a block without a type and for a tool call without a tool
 * name.
 */
export function withOwnId(block: Wire, ownId: (given: unknown) => string): Wire {
  if (!asText(block['type'])) throw malformed('anthropic', 'a block has no type');
  if (block['type'] !== 'tool_use') return block;
  if (!asText(block['name'])) throw namelessCall('anthropic');
  return { ...block, id: ownId(block['id']) };
}

// Blocks of the vendor's own tools are kept whole, because they must be returned unchanged.
function serverCall(block: Wire): WholePart {
  return {
    type: 'tool-call',
    toolCallId: asText(block['id']) ?? '',
    toolName: asText(block['name']) ?? '',
    input: asJSON(block['input']) ?? {},
    providerExecuted: true,
    providerOptions: keep(block),
  };
}

function serverResult(block: Wire, type: string): readonly WholePart[] {
  const sources = asObjects(block['content']).flatMap((found) => {
    return found['type'] === 'web_search_result' ? toSource(found) : [];
  });
  return [
    {
      type: 'tool-result',
      toolCallId: asText(block['tool_use_id']) ?? '',
      toolName: type.replace(/_tool_result$/, ''),
      output: { type: 'json', value: asJSON(block['content']) ?? null },
      providerExecuted: true,
      providerOptions: keep(block),
    },
    ...sources,
  ];
}

function keep(block: Wire): { readonly anthropic: JSONObject } {
  return { anthropic: { block: asJSON(block) } };
}

/** The citations of a text, which must be returned with it. */
export function citationsOf(citations: readonly unknown[]): { readonly providerOptions?: ProviderOptions } {
  return citations.length === 0 ? {} : { providerOptions: { anthropic: { citations: asJSON(citations) } } };
}

/** The web pages cited. */
export function citedSources(citations: readonly unknown[]): readonly SourcePart[] {
  return asObjects(citations).flatMap(toSource);
}

function toSource(found: Wire): readonly SourcePart[] {
  const url = asText(found['url']);
  if (url === undefined) return [];
  const title = asText(found['title']);
  return [{ type: 'source', sourceType: 'url', id: url, url, ...(title === undefined ? {} : { title }) }];
}
