import type { JSONObject } from '../../../types/request/json.ts';
import type {
  ContentPart,
  FilePart,
  ImagePart,
  Message,
  TextPart,
  ToolResultPart,
} from '../../../types/request/message.ts';
import type { Warning } from '../../../types/result/result.ts';
import { resolveData } from '../../../util/data-content.ts';
import { asObject, type Wire } from '../../../util/json.ts';
import { leaveOutForeign, leftOut, resultsIn } from '../../shared/account-marks.ts';
import { withoutEmpty } from '../../shared/empty-text.ts';
import { printToolOutput, toInputObject } from '../../shared/tools/tool-input.ts';
import { generationOf } from '../model.ts';

/** A conversation in Gemini's form. */
export interface Contents {
  readonly system: readonly Wire[];
  readonly contents: readonly { readonly role: 'user' | 'model'; readonly parts: readonly Wire[] }[];
}

/**
 * Converts a conversation to Gemini's form, in which users and models alternate: consecutive messages of one side are merged
 * (https://ai.google.dev/api/caching#Content). Instructions are separate, wherever they occurred.
 */
export function toContents(messages: readonly Message[], model: string, warnings: Warning[]): Contents {
  const signed = needsSignatures(model);
  const system: Wire[] = [];
  const contents: { role: 'user' | 'model'; parts: Wire[] }[] = [];
  const append = (role: 'user' | 'model', parts: readonly Wire[]): void => {
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else if (parts.length > 0) contents.push({ role, parts: [...parts] });
  };
  for (const message of messages) {
    switch (message.role) {
      case 'system':
        if (contents.length > 0) {
          warnings.push({
            type: 'changed',
            feature: 'system',
            details: 'a later system message is sent with the first',
          });
        }
        system.push({ text: message.content });
        break;
      case 'user':
        append(
          'user',
          typeof message.content === 'string'
            ? [{ text: message.content }]
            : withoutEmpty(message.content).map(toPart),
        );
        break;
      case 'assistant':
        append(
          'model',
          typeof message.content === 'string'
            ? message.content === ''
              ? []
              : [{ text: message.content }]
            : modelParts(message.content, signed, warnings),
        );
        break;
      case 'tool':
        append('user', resultsIn(message.content, warnings).flatMap(toResponse));
        break;
    }
  }
  return { system, contents };
}

function ownOptions(part: ContentPart | ImagePart): JSONObject {
  const { part: _whole, ...own } = part.providerOptions?.['google'] ?? {};
  return own;
}

function toPart(part: TextPart | ImagePart | FilePart): Wire {
  const own = ownOptions(part);
  if (part.type === 'text') return { text: part.text, ...own };
  const [given, type] = part.type === 'image' ? [part.image, part.mediaType] : [part.data, part.mediaType];
  const data = resolveData(given, type, 'google');
  const mimeType = data.mediaType ?? 'image/jpeg';
  if (data.kind === 'reference') return { fileData: { mimeType, fileUri: data.id }, ...own };
  if (data.kind === 'url') return { fileData: { mimeType, fileUri: data.url }, ...own };
  return { inlineData: { mimeType, data: data.base64 }, ...own };
}

/**
 * Gemini 3 and later refuse function calls in the history without a signature; this placeholder is for calls by other models
 * (https://ai.google.dev/gemini-api/docs/thought-signatures, "FAQs").
 */
const noSignature = 'skip_thought_signature_validator';

function needsSignatures(model: string): boolean {
  return generationOf(model) >= 3;
}

function modelParts(content: readonly ContentPart[], signed: boolean, warnings: Warning[]): readonly Wire[] {
  // Among parallel calls only the first has a signature.
  let called = false;
  return content.flatMap((part): readonly Wire[] => {
    // Parts of vendor tools go back unchanged.
    const whole = asObject(part.providerOptions?.['google']?.['part']);
    if (whole !== undefined) return [whole];
    const own = ownOptions(part);
    switch (part.type) {
      case 'text':
        return part.text === '' && own['thoughtSignature'] === undefined ? [] : [{ text: part.text, ...own }];
      case 'reasoning':
        if (own['thoughtSignature'] !== undefined) return [{ text: part.text, thought: true, ...own }];
        // Reasoning of another vendor is dropped.
        leftOut(warnings, 'reasoning');
        return [];
      case 'tool-call': {
        if (part.providerExecuted === true) {
          leftOut(warnings, 'vendor tools');
          return [];
        }
        const signature = signed && !called ? { thoughtSignature: noSignature } : {};
        called = true;
        const functionCall = { id: part.toolCallId, name: part.toolName, args: toInputObject(part.input) };
        return [{ functionCall, ...signature, ...own }];
      }
      case 'file':
        return [toPart(part)];
      default:
        leaveOutForeign(part, warnings);
        return [];
    }
  });
}

/** Failures go under `error`, values under `output`, as the vendor requires (https://ai.google.dev/api/caching#FunctionResponse). */
function toResponse({ toolCallId, toolName, output, providerOptions }: ToolResultPart): readonly Wire[] {
  const failed = output.type === 'error-text' || output.type === 'error-json';
  const value =
    output.type === 'json' || output.type === 'error-json' ? output.value : printToolOutput(output);
  const response = failed ? { error: value } : (asObject(value) ?? { output: value });
  const pictures =
    output.type === 'content' ? output.value.filter(({ type }) => type !== 'text').map(toPart) : [];
  return [
    { functionResponse: { id: toolCallId, name: toolName, response }, ...providerOptions?.['google'] },
    ...pictures,
  ];
}
