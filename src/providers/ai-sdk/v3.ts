import { toBase64 } from '../../util/data-content.ts';
import type {
  ContentSpec,
  EmbedResultSpec,
  FileData,
  FilePrompt,
  GenerateResult,
  LanguageCall,
  PromptMessage,
  StreamResult,
  StreamSpec,
  WarningSpec,
  WholePart,
} from './spec.ts';

/**
 * Converts between version 3 of the specification, used by AI SDK 6, and version 4. They differ in files: plain values, or tagged
 * objects.
 */

export type Newer = { type: 'custom' } | { type: 'reasoning-file' };
/** A file that the model made, in version 3. */
export type FileV3 = Omit<Extract<WholePart, { type: 'file' }>, 'data'> & {
  /** Bytes or base64. */
  data: string | Uint8Array;
};
/** The first part of a stream, in version 3. */
export type StartV3 = {
  type: 'stream-start';
  /** Parts of the call that were not sent as given; empty if there are none. */
  warnings: WarningV3[];
};
/** A part of an answer, in version 3. */
export type InV3<Part> = Exclude<Part, { type: 'file' } | { type: 'stream-start' } | Newer> | FileV3;

/** A warning in version 3. */
export type WarningV3 = Exclude<WarningSpec, { type: 'deprecated' }>;

/** An answer in version 3. */
export type GenerateResultV3 = Omit<GenerateResult, 'content' | 'warnings'> & {
  /** Everything the model returned, in order. */
  content: InV3<ContentSpec>[];
  /** Parts of the call that were not sent as given; empty if there are none. */
  warnings: WarningV3[];
};

/** A stream element in version 3. */
export type StreamSpecV3 = InV3<StreamSpec> | StartV3;

/** Embeddings in version 3. */
export type EmbedResultV3 = Omit<EmbedResultSpec, 'warnings'> & {
  /** Parts of the call that were not sent as given; empty if there are none. */
  warnings: WarningV3[];
};

/** A stream in version 3. */
export type StreamResultV3 = Omit<StreamResult, 'stream'> & {
  /** The parts as they arrive. */
  stream: ReadableStream<StreamSpecV3>;
};

type Loose = { readonly type: string; readonly [field: string]: unknown };

const untag = (data: FileData): unknown =>
  data.type === 'data' ? data.data : data.type === 'url' ? data.url : data;

function tag(data: unknown): FileData {
  if (data instanceof URL) return { type: 'url', url: data };
  if (typeof data === 'string' || data instanceof Uint8Array) return { type: 'data', data };
  return data as FileData;
}

/** Converts a call for a version 3 model, with warnings for what version 3 cannot express. */
export function toV3({ reasoning, ...call }: LanguageCall): {
  readonly call: object;
  readonly lost: readonly WarningV3[];
} {
  const lost: WarningV3[] = [];
  const leave = (feature: string, details: string): void => {
    if (!lost.some((warning) => 'feature' in warning && warning.feature === feature))
      lost.push({ type: 'unsupported', feature, details });
  };
  if (reasoning !== undefined && reasoning !== 'provider-default')
    leave('reasoning', 'models of version 3 have separate options for it');
  const prompt = mapParts(call.prompt, (part) => {
    if (!newer.has(part.type)) return partToV3(part);
    leave('history', 'models of version 3 do not know all parts of answers');
    return undefined;
  });
  return { call: { ...call, prompt }, lost };
}

/** Converts a version 3 call. */
export function fromV3(call: object): LanguageCall {
  const { prompt, ...rest } = call as LanguageCall;
  return { ...rest, prompt: mapParts(prompt, partFromV3) };
}

function mapParts(
  prompt: readonly PromptMessage[],
  map: (part: Loose) => Loose | undefined,
): PromptMessage[] {
  return prompt.map((message) => {
    if (message.role === 'system' || typeof message.content === 'string') return message;
    const content = (message.content as readonly Loose[]).flatMap((part) => map(part) ?? []);
    const mapped: object = { ...message, content };
    return mapped as PromptMessage;
  });
}

function partToV3(part: Loose): Loose {
  if (part.type === 'file') return { ...part, data: untag(part['data'] as FileData) };
  return part.type === 'tool-result' ? withValues(part, valueToV3) : part;
}

function partFromV3(part: Loose): Loose {
  if (part.type === 'file') return { ...part, data: tag(part['data']) };
  return part.type === 'tool-result' ? withValues(part, valueFromV3) : part;
}

/** Converts the parts of a tool result. */
function withValues(part: Loose, map: (value: Loose) => Loose): Loose {
  const output = part['output'] as Loose;
  if (output.type !== 'content') return part;
  return { ...part, output: { ...output, value: (output['value'] as readonly Loose[]).map(map) } };
}

function valueToV3(value: Loose): Loose {
  if (!isFile(value)) return value;
  const { data, mediaType, filename, providerOptions } = value;
  const own = { ...(providerOptions === undefined ? {} : { providerOptions }) };
  const named = { mediaType, ...(filename === undefined ? {} : { filename }), ...own };
  switch (data.type) {
    case 'data':
      return {
        type: 'file-data',
        data: typeof data.data === 'string' ? data.data : toBase64(data.data),
        ...named,
      };
    case 'url':
      return { type: 'file-url', url: data.url.href, ...own };
    case 'reference':
      return { type: 'file-id', fileId: data.reference, ...own };
    case 'text':
      return { type: 'text', text: data.text, ...own };
  }
}

function isFile(value: Loose): value is Loose & FilePrompt {
  return value.type === 'file';
}

function valueFromV3(value: Loose): Loose {
  const { type, data, url, fileId, mediaType, ...rest } = value;
  const image = type.startsWith('image-');
  const media = mediaType ?? (image ? 'image/*' : 'application/octet-stream');
  switch (type) {
    case 'file-data':
    case 'image-data':
      return { ...rest, type: 'file', data: { type: 'data', data }, mediaType: media };
    case 'file-url':
    case 'image-url':
      return { ...rest, type: 'file', data: { type: 'url', url: new URL(String(url)) }, mediaType: media };
    case 'file-id':
    case 'image-file-id': {
      const reference = typeof fileId === 'string' ? { openai: fileId } : fileId;
      return { ...rest, type: 'file', data: { type: 'reference', reference }, mediaType: media };
    }
    default:
      return value;
  }
}

/** Types that version 3 lacks; they are omitted from answers. */
const newer = new Set(['custom', 'reasoning-file']);

export function warningToV3(warning: WarningSpec): WarningV3 {
  if (warning.type !== 'deprecated') return warning;
  return { type: 'other', message: `${warning.setting}: ${warning.message}` };
}

/** Converts a part of an answer to version 3; `undefined` if it has no counterpart. */
export function partOfAnswerToV3<P extends { type: string }>(part: P): object | undefined {
  if (newer.has(part.type)) return undefined;
  const { data } = part as { data?: FileData };
  if (part.type === 'file' && data !== undefined) {
    return { ...part, data: data.type === 'url' ? data.url.href : untag(data) };
  }
  if (part.type === 'stream-start') {
    const { warnings = [] } = part as { warnings?: readonly WarningSpec[] };
    return { ...part, warnings: warnings.map(warningToV3) };
  }
  return part;
}

/** Converts a part of a version 3 answer or stream, and adds the warnings of the call. */
export function partOfAnswerFromV3<P extends { type: string }>(part: P, lost: readonly WarningV3[] = []): P {
  const { data, warnings } = part as { data?: unknown; warnings?: readonly WarningSpec[] };
  if (part.type === 'stream-start') return { ...part, warnings: [...(warnings ?? []), ...lost] };
  return part.type === 'file' ? { ...part, data: tag(data) } : part;
}

export function resultToV3(result: GenerateResult): GenerateResultV3 {
  const content = result.content.flatMap((part) => partOfAnswerToV3(part) ?? []);
  return { ...result, content, warnings: result.warnings.map(warningToV3) } as GenerateResultV3;
}

export function resultFromV3(result: GenerateResult, lost: readonly WarningV3[]): GenerateResult {
  const content = result.content.map((part) => partOfAnswerFromV3(part));
  return { ...result, content, warnings: [...(result.warnings ?? []), ...lost] };
}
