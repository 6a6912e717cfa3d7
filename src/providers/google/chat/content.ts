import type {
  ContentPart,
  ProviderOptions,
  SourcePart,
  ToolCallPart,
} from '../../../types/request/message.ts';
import { asJSON, asObject, asObjects, asText, compact, type Wire } from '../../../util/json.ts';

/** A part of an answer other than a function call. */
export type Part = Exclude<ContentPart, ToolCallPart> | (ToolCallPart & { readonly providerExecuted: true });

/**
 * Creates a reader for the parts of one answer, except function calls. It returns `undefined` for empty parts and unknown types,
 * which are still in `raw`.
 */
export function partReader(ownId: (given: unknown) => string): (wire: Wire) => Part | undefined {
  // Code execution without an id: its result comes next.
  let ran = '';
  return (wire) => {
    const thought = wire['thought'] === true;
    const text = asText(wire['text']);
    const own = signatureOf(wire);
    if (text !== undefined) {
      // An empty text may carry a signature.
      if (text === '' && own.providerOptions === undefined) return undefined;
      return { type: thought ? 'reasoning' : 'text', text, ...own };
    }
    const code = asObject(wire['executableCode']);
    if (code !== undefined) {
      ran = ownId(code['id'] ?? 'code_execution');
      return vendorCall(wire, ran, 'code_execution', code);
    }
    const result = asObject(wire['codeExecutionResult']);
    if (result !== undefined)
      return vendorResult(wire, asText(result['id']) ?? ran, 'code_execution', result);
    const call = asObject(wire['toolCall']);
    if (call !== undefined) return vendorCall(wire, asText(call['id']) ?? '', toolNameOf(call), call['args']);
    const answer = asObject(wire['toolResponse']);
    if (answer !== undefined)
      return vendorResult(wire, asText(answer['id']) ?? '', toolNameOf(answer), answer['response']);
    return toFile(wire, thought ? 'reasoning-file' : 'file', own);
  };
}

/** Metadata that must go back with a part (https://ai.google.dev/gemini-api/docs/thought-signatures). */
export function signatureOf(wire: Wire): { readonly providerOptions?: ProviderOptions } {
  const thoughtSignature = asText(wire['thoughtSignature']) ?? '';
  return thoughtSignature === '' ? {} : { providerOptions: { google: { thoughtSignature } } };
}

function toFile(
  wire: Wire,
  type: 'file' | 'reasoning-file',
  own: { readonly providerOptions?: ProviderOptions },
): Part | undefined {
  const { mimeType, data, fileUri } = asObject(wire['inlineData']) ?? asObject(wire['fileData']) ?? {};
  const given = asText(data) ?? asText(fileUri) ?? '';
  if (given === '') return undefined;
  return { type, data: given, mediaType: asText(mimeType) ?? 'application/octet-stream', ...own };
}

/** Converts `GOOGLE_SEARCH_WEB` to `google_search_web`. */
function toolNameOf({ toolType }: Wire): string {
  return (asText(toolType) ?? 'tool').toLowerCase();
}

// Parts of vendor tools are kept whole, because they must go back unchanged.
function vendorCall(wire: Wire, toolCallId: string, toolName: string, input: unknown): Part {
  return {
    type: 'tool-call',
    toolCallId,
    toolName,
    input: asJSON(input) ?? {},
    providerExecuted: true,
    providerOptions: { google: { part: asJSON(wire) ?? {} } },
  };
}

function vendorResult(wire: Wire, toolCallId: string, toolName: string, result: unknown): Part {
  return {
    type: 'tool-result',
    toolCallId,
    toolName,
    output: { type: 'json', value: asJSON(result) ?? null },
    providerExecuted: true,
    providerOptions: { google: { part: asJSON(wire) ?? {} } },
  };
}

/**
 * The grounding sources of an answer (https://ai.google.dev/api/generate-content#GroundingChunk), without the repetitions in
 * streams. Pages and places have a URL; a document in a file store may have only a name.
 */
export function sourcesOf(candidates: readonly (Wire | undefined)[]): readonly SourcePart[] {
  const sources = new Map<string, SourcePart>();
  for (const candidate of candidates) {
    for (const chunk of asObjects(asObject(candidate?.['groundingMetadata'])?.['groundingChunks'])) {
      const source = toSource(chunk);
      if (source !== undefined && !sources.has(source.id)) sources.set(source.id, source);
    }
  }
  return [...sources.values()];
}

function toSource(chunk: Wire): SourcePart | undefined {
  const found =
    asObject(chunk['web']) ??
    asObject(chunk['maps']) ??
    asObject(chunk['retrievedContext']) ??
    asObject(chunk['image']);
  if (found === undefined) return undefined;
  const title = asText(found['title']) || undefined;
  const uri = asText(found['uri']) || asText(found['sourceUri']) || '';
  if (/^https?:/i.test(uri))
    return { type: 'source', sourceType: 'url', id: uri, url: uri, ...compact({ title }) };
  const name = uri || asText(found['documentName']) || title || asText(found['fileSearchStore']) || '';
  if (name === '') return undefined;
  const filename = uri === '' ? undefined : uri.slice(uri.lastIndexOf('/') + 1);
  return {
    type: 'source',
    sourceType: 'document',
    id: name,
    ...compact({ title: title ?? filename, mediaType: 'text/plain', filename }),
  };
}
