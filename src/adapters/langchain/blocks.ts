import { RequestError } from '../../errors.ts';
import type {
  DataContent,
  FilePart,
  ImagePart,
  ProviderOptions,
  UserPart,
} from '../../types/request/message.ts';
import { asJSON, asObject, asText, type Wire } from '../../util/json.ts';

type Options = { readonly providerOptions?: ProviderOptions };

/**
 * Converts a block of a message's content to a part: LangChain's current and earlier standard blocks, the formats of OpenAI,
 * Anthropic and Google in LangChain, and signalbox's own parts.
 *
 * @param at the block's place, for errors
 * @throws RequestError for a block other than text, an image or a file
 */
export function toUserPart(block: Wire, at: string): UserPart {
  const part = toTextPart(block) ?? toDataPart(block, at);
  if (part !== undefined) return part;
  const type = asText(block['type']);
  throw new RequestError(
    `${at}.type`,
    'a block of text, image, audio, video or file',
    type === undefined || !/^[\w.-]{1,40}$/.test(type) ? 'something else' : `'${type}'`,
  );
}

function toTextPart(block: Wire): UserPart | undefined {
  const text = asText(block['text']);
  if (block['type'] !== 'text' || text === undefined) return undefined;
  return { type: 'text', text, ...optionsOf(block) };
}

/** An image or a file; `undefined` for blocks of other types. */
export function toDataPart(block: Wire, at: string): ImagePart | FilePart | undefined {
  switch (block['type']) {
    case 'image':
    case 'image_url':
      return toImage(block, at);
    case 'input_audio': {
      const { data, format } = asObject(block['input_audio']) ?? {};
      return {
        type: 'file',
        data: needed(asText(data), at),
        mediaType: format === 'mp3' ? 'audio/mpeg' : `audio/${asText(format) ?? 'wav'}`,
        ...optionsOf(block),
      };
    }
    case 'audio':
    case 'video':
    case 'file':
    case 'document':
    case 'media':
    case 'text-plain':
      return toFile(block, at);
    default:
      return undefined;
  }
}

function toImage(block: Wire, at: string): ImagePart {
  const link = block['image_url'];
  const detail = asText(asObject(link)?.['detail']);
  const image = asText(link) ?? asText(asObject(link)?.['url']) ?? dataOf(block);
  const mediaType = typeOf(block);
  const options = optionsOf(block).providerOptions;
  return {
    type: 'image',
    image: needed(image, at),
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(detail === undefined
      ? optionsOf(block)
      : { providerOptions: { ...options, openai: { detail, ...options?.['openai'] } } }),
  };
}

/** The default media types: plain text, and PDF for documents by URL, as Anthropic accepts them. */
const usualTypes: Readonly<Record<string, string>> = {
  'text-plain': 'text/plain',
  document: 'application/pdf',
};

function toFile(block: Wire, at: string): FilePart {
  const inner = asObject(block['file']) ?? {};
  const metadata = asObject(block['metadata']) ?? {};
  const filename = [
    block['filename'],
    inner['filename'],
    metadata['filename'],
    metadata['name'],
    block['title'],
  ].find((name) => typeof name === 'string');
  const text = asText(block['text']);
  const given = dataOf(block) ?? asText(inner['file_data']);
  const data = needed(given ?? (text === undefined ? undefined : bytesOf(text)), at);
  const plain = given === undefined ? 'text/plain' : undefined;
  const usual = usualTypes[asText(block['type']) ?? ''];
  const mediaType = typeOf(block) ?? plain ?? typeOfURL(data) ?? usual;
  if (mediaType === undefined)
    throw new RequestError(`${at}.mimeType`, 'a media type, such as application/pdf', 'none');
  return {
    type: 'file',
    data,
    mediaType,
    ...(filename === undefined ? {} : { filename }),
    ...optionsOf(block),
  };
}

/** The data, in any of the known forms. */
function dataOf(block: Wire): DataContent | undefined {
  const source = asObject(block['source']);
  if (source !== undefined) {
    const text = source['type'] === 'text' ? asText(source['data']) : undefined;
    return text === undefined ? (asText(source['data']) ?? asText(source['url'])) : bytesOf(text);
  }
  for (const field of ['data', 'url', 'image', 'fileUri'] as const) {
    const value = block[field];
    if (typeof value === 'string' || value instanceof Uint8Array || value instanceof URL) return value;
    if (asObject(value)?.['type'] === 'reference') return value as DataContent;
  }
  return undefined;
}

function typeOf(block: Wire): string | undefined {
  const source = asObject(block['source']);
  return [block['mimeType'], block['mediaType'], block['mime_type'], source?.['media_type']].find(
    (type) => typeof type === 'string',
  );
}

function typeOfURL(data: DataContent): string | undefined {
  return typeof data === 'string' ? /^data:([^;,]+)/.exec(data)?.[1] : undefined;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The id of an uploaded file is not enough, because it does not name the vendor. */
function needed(data: DataContent | undefined, at: string): DataContent {
  if (data !== undefined) return data;
  const expected =
    "data, a URL, or for an uploaded file data: { type: 'reference', reference: { vendor: id } }";
  throw new RequestError(at, expected, 'a block without');
}

/** Vendor options of a block: signalbox's own field, and Anthropic's cache marker, which LangChain users write into the block. */
export function optionsOf(block: Wire): Options {
  const given = asObject(block['providerOptions']) as ProviderOptions | undefined;
  const mark = asJSON(block['cache_control']);
  if (mark === undefined) return given === undefined ? {} : { providerOptions: given };
  return { providerOptions: { ...given, anthropic: { cacheControl: mark, ...given?.['anthropic'] } } };
}
