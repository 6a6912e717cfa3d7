import { PlainHeaders } from '../../transport/headers.ts';
import { limitsOf } from '../../transport/limits/rate-limits.ts';
import type { ProviderFinishPart, ProviderStreamPart } from '../../types/provider.ts';
import type { JSONValue } from '../../types/request/json.ts';
import type { ContentPart, FilePart, ProviderOptions } from '../../types/request/message.ts';
import type { FinishReason, ResponseInfo, Warning } from '../../types/result/result.ts';
import { compact } from '../../util/json.ts';
import { namelessCall, truncated } from '../shared/answer/broken.ts';
import { type Evidence, finishReasonOf, gaveUp, givenReason } from '../shared/answer/finish-reason.ts';
import { ownToolCallIds } from '../shared/tools/tool-call-id.ts';
import { parseToolInput } from '../shared/tools/tool-input.ts';
import type {
  ContentSpec,
  FinishSpec,
  GenerateResult,
  Keyed,
  StreamSpec,
  WarningSpec,
  WholePart,
} from './spec.ts';

/** Converts answers of AI SDK models. */

export function toContent(content: readonly ContentSpec[]): readonly ContentPart[] {
  return content.flatMap((part) => {
    if (part.type !== 'text' && part.type !== 'reasoning') return toPart(part);
    if (part.text === '' && part.providerMetadata === undefined) return [];
    return { type: part.type, text: part.text, ...own(part) };
  });
}

/** Metadata becomes options, as in the AI SDK itself. */
function own({ providerMetadata }: { providerMetadata?: Keyed }): {
  readonly providerOptions?: ProviderOptions;
} {
  return providerMetadata === undefined ? {} : { providerOptions: providerMetadata as ProviderOptions };
}

type Whole = Exclude<ContentPart, { readonly type: 'text' | 'reasoning' }>;

function toPart(part: WholePart): Whole | readonly Whole[] {
  switch (part.type) {
    case 'tool-call': {
      const { type, toolCallId, toolName, providerExecuted } = part;
      const input = parseToolInput(part.input);
      return { ...compact({ type, toolCallId, toolName, input, providerExecuted }), ...own(part) };
    }
    case 'tool-result': {
      const { type, toolCallId, toolName, result, isError, preliminary } = part;
      if (preliminary === true) return []; // the final one follows
      const kind = isError === true ? 'error-json' : 'json';
      const output = { type: kind, value: result as JSONValue } as const;
      return { type, toolCallId, toolName, output, providerExecuted: true, ...own(part) };
    }
    case 'file':
    case 'reasoning-file':
      return { type: part.type, data: dataOf(part.data), mediaType: part.mediaType, ...own(part) };
    case 'tool-approval-request':
      return { type: part.type, approvalId: part.approvalId, toolCallId: part.toolCallId, ...own(part) };
    case 'custom':
      return { type: part.type, kind: part.kind, ...own(part) };
    case 'source': {
      const { providerMetadata: _, ...source } = part;
      return { ...source, ...own(part) };
    }
    default:
      return []; // an unknown type; it is still in `raw`
  }
}

function dataOf(data: Extract<WholePart, { type: 'file' }>['data']): FilePart['data'] {
  return data.type === 'url' ? data.url : data.data;
}

/**
 * The finish reason. Throws if it reports a failure of the model.
 *
 * @param streamed for streams, whose models end normally even if cut off, but then without the vendor's finish reason
 */
export function toFinishReason(
  { unified, raw }: Pick<FinishSpec, 'raw'> & { readonly unified: FinishSpec['unified'] | 'interrupted' },
  provider: string,
  evidence: Evidence,
  streamed = false,
): FinishReason {
  const word = givenReason(raw);
  if (unified === 'interrupted' || (unified === 'other' && word === undefined && streamed))
    throw truncated(provider, 'the answer does not say why it ended');
  if (unified === 'error') throw gaveUp(provider, word);
  // Models only map their own vendor's values.
  const reason = unified === 'other' ? word : unified;
  return finishReasonOf({ provider, reason, ...evidence });
}

/** An answer, or its end, with our finish reason if it differs. */
export function answeredWith<A extends { readonly finishReason: FinishSpec }>(
  answered: A,
  unified: FinishReason,
): A {
  const { finishReason } = answered;
  return finishReason.unified === unified
    ? answered
    : { ...answered, finishReason: { ...finishReason, unified } };
}

/** An answer with unique call ids; the same object if they already are. */
export function withOwnIds(answered: GenerateResult, provider: string): GenerateResult {
  const ownId = ownToolCallIds();
  let changed = false;
  const content = answered.content.map((part) => {
    if (part.type !== 'tool-call' || part.providerExecuted === true) return part;
    if (part.toolName === '') throw namelessCall(provider);
    const toolCallId = ownId(part.toolCallId);
    if (toolCallId === part.toolCallId) return part;
    changed = true;
    return { ...part, toolCallId };
  });
  return changed ? { ...answered, content } : answered;
}

export function toWarnings(warnings: readonly WarningSpec[] = []): readonly Warning[] {
  return warnings.map((warning) => {
    switch (warning.type) {
      case 'unsupported':
        return { ...warning, type: 'unsupported' };
      case 'compatibility':
        return { ...warning, type: 'changed' };
      case 'deprecated':
        return { type: 'other', feature: warning.setting, details: warning.message };
      default:
        return { type: 'other', feature: 'request', details: warning.message };
    }
  });
}

export function toResponse({ response }: Pick<GenerateResult, 'response'>): ResponseInfo {
  const headers = Object.fromEntries(
    Object.entries(response?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const limits = limitsOf(new PlainHeaders(headers));
  return {
    ...compact({ id: response?.id, model: response?.modelId }),
    headers,
    ...(limits.length === 0 ? {} : { limits }),
  };
}

type Content = Exclude<ProviderStreamPart, ProviderFinishPart>;

/**
 * Converts one element of a model's stream to parts; the last one carries the element itself if the reader is the AI SDK. Not for
 * `finish` and `error`.
 */
export function toStreamParts(
  element: Exclude<StreamSpec, { type: 'finish' | 'error' }>,
  native: boolean,
): readonly Content[] {
  const origin = native ? { origin: element } : {};
  const parts = partsOf(element);
  const last = parts.at(-1);
  if (!native) return parts;
  if (last === undefined || last.type === 'response') {
    return [...parts, { type: 'raw', value: undefined, ...origin }];
  }
  return [...parts.slice(0, -1), { ...last, ...origin }];
}

function partsOf(element: Exclude<StreamSpec, { type: 'finish' | 'error' }>): readonly Content[] {
  switch (element.type) {
    case 'text-delta':
      return [{ type: 'text-delta', text: element.delta, id: element.id, ...own(element) }];
    case 'reasoning-delta':
      return [{ type: 'reasoning-delta', text: element.delta, id: element.id, ...own(element) }];
    case 'text-start':
    case 'text-end':
      return mark('text-delta', element);
    case 'reasoning-start':
    case 'reasoning-end':
      return mark('reasoning-delta', element);
    case 'tool-input-start':
      return [{ type: 'tool-call-start', toolCallId: element.id, toolName: element.toolName }];
    case 'tool-input-delta':
      return [{ type: 'tool-call-delta', toolCallId: element.id, text: element.delta }];
    case 'tool-input-end':
      return [];
    case 'stream-start':
      return [{ type: 'response', warnings: toWarnings(element.warnings) }];
    case 'response-metadata':
      return [{ type: 'response', ...compact({ id: element.id, model: element.modelId }) }];
    case 'raw':
      return [{ type: 'raw', value: element.rawValue }];
    default:
      return [toPart(element)].flat();
  }
}

/** Metadata at the start or end of a block, such as a signature. */
function mark(
  type: 'text-delta' | 'reasoning-delta',
  { id, providerMetadata }: { id: string; providerMetadata?: Keyed },
): readonly Content[] {
  return providerMetadata === undefined ? [] : [{ type, text: '', id, ...own({ providerMetadata }) }];
}
