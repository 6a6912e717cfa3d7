import type { JSONObject } from '../../../types/request/json.ts';
import type { ContentPart, SourcePart } from '../../../types/request/message.ts';
import { asJSON, asObject, asObjects, asText, type Wire } from '../../../util/json.ts';

/** One part of an answer; `undefined` for a kind that is not known (it is still in `raw`). */
export function toPart(wire: Wire): ContentPart | undefined {
  const signature = asText(wire['thoughtSignature']);
  const own = signature === undefined ? {} : { providerOptions: { google: { thoughtSignature: signature } } };
  const text = asText(wire['text']);
  if (text !== undefined) return { type: wire['thought'] === true ? 'reasoning' : 'text', text, ...own };
  const call = asObject(wire['functionCall']);
  if (call !== undefined) {
    // Gemini does not always give ids; one has to be there for the result to refer to.
    const toolCallId = asText(call['id']) ?? crypto.randomUUID();
    return {
      type: 'tool-call',
      toolCallId,
      toolName: asText(call['name']) ?? '',
      input: asJSON(call['args']) ?? {},
      ...own,
    };
  }
  const data = asObject(wire['inlineData']);
  if (data !== undefined) {
    const mediaType = asText(data['mimeType']) ?? 'application/octet-stream';
    return { type: 'file', data: asText(data['data']) ?? '', mediaType, ...own };
  }
  return codeExecution(wire);
}

// The vendor's own tool: its parts are kept whole, because they have to go back as they came.
function codeExecution(wire: Wire): ContentPart | undefined {
  const whole = { google: { part: asJSON(wire) } } satisfies Record<string, JSONObject>;
  const code = asObject(wire['executableCode']);
  const result = asObject(wire['codeExecutionResult']);
  const common = { toolName: 'code_execution', providerExecuted: true, providerOptions: whole } as const;
  if (code !== undefined) {
    return {
      type: 'tool-call',
      toolCallId: asText(code['id']) ?? 'code_execution',
      input: asJSON(code) ?? {},
      ...common,
    };
  }
  if (result === undefined) return undefined;
  const output = { type: 'json', value: asJSON(result) ?? null } as const;
  return { type: 'tool-result', toolCallId: asText(result['id']) ?? 'code_execution', output, ...common };
}

/** The pages that an answer is grounded on. */
export function sourcesOf(candidate: Wire | undefined): readonly SourcePart[] {
  const chunks = asObjects(asObject(candidate?.['groundingMetadata'])?.['groundingChunks']);
  return chunks.flatMap((chunk): readonly SourcePart[] => {
    const web = asObject(chunk['web']);
    const url = asText(web?.['uri']);
    if (url === undefined) return [];
    const title = asText(web?.['title']);
    return [{ type: 'source', sourceType: 'url', id: url, url, ...(title === undefined ? {} : { title }) }];
  });
}
