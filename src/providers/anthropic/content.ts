import type { JSONObject } from '../../types/request/json.ts';
import type { ContentPart, SourcePart } from '../../types/request/message.ts';
import { asJSON, asObject, asObjects, asText, type Wire } from '../../util/json.ts';

/** One content block of an answer as parts; nothing for a kind that is not known (it is still in `raw`). */
export function toParts(block: Wire): readonly ContentPart[] {
  const type = asText(block['type']) ?? '';
  if (type === 'text') {
    const citations = block['citations'];
    const cited = Array.isArray(citations) && citations.length > 0;
    const options = cited ? { providerOptions: { anthropic: { citations } } } : {};
    return [
      { type: 'text', text: asText(block['text']) ?? '', ...options },
      ...(cited ? citedSources(citations) : []),
    ];
  }
  if (type === 'thinking') {
    const signature = asText(block['signature']);
    const options = signature === undefined ? {} : { providerOptions: { anthropic: { signature } } };
    return [{ type: 'reasoning', text: asText(block['thinking']) ?? '', ...options }];
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
  if (type === 'tool_use') {
    const [toolCallId, toolName] = [asText(block['id']) ?? crypto.randomUUID(), asText(block['name']) ?? ''];
    return [{ type: 'tool-call', toolCallId, toolName, input: asJSON(block['input']) ?? {} }];
  }
  if (type === 'server_tool_use' || type === 'mcp_tool_use') return [serverCall(block)];
  return type.endsWith('_tool_result') ? serverResult(block, type) : [];
}

// The vendor's own tools: their blocks are kept whole, because they have to go back as they came.
function serverCall(block: Wire): ContentPart {
  return {
    type: 'tool-call',
    toolCallId: asText(block['id']) ?? '',
    toolName: asText(block['name']) ?? '',
    input: asJSON(block['input']) ?? {},
    providerExecuted: true,
    providerOptions: keep(block),
  };
}

function serverResult(block: Wire, type: string): readonly ContentPart[] {
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

/** The web pages among citations. */
export function citedSources(citations: unknown): readonly SourcePart[] {
  return asObjects(citations).flatMap((citation) => toSource(asObject(citation) ?? {}));
}

function toSource(found: Wire): readonly SourcePart[] {
  const url = asText(found['url']);
  if (url === undefined) return [];
  const title = asText(found['title']);
  return [{ type: 'source', sourceType: 'url', id: url, url, ...(title === undefined ? {} : { title }) }];
}
