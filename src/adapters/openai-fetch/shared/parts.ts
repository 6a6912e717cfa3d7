import type { JSONObject } from '../../../types/request/json.ts';
import type { FilePart, ProviderOptions } from '../../../types/request/message.ts';
import { invalid } from '../errors.ts';
import { given } from './fields.ts';

/**
 * Fields of a content part that our types do not cover become provider options of OpenAI, except `cache_control`, which clients
 * of every vendor use for Anthropic's prompt cache.
 */
export function ownOptions(rest: { readonly [field: string]: unknown }): ProviderOptions | undefined {
  const { cache_control: cache, signalbox: _carried, ...own } = given(rest);
  const options = {
    ...(Object.keys(own).length === 0 ? {} : { openai: own as JSONObject }),
    ...(cache === undefined ? {} : { anthropic: { cache_control: cache as JSONObject } }),
  };
  return Object.keys(options).length === 0 ? undefined : options;
}

/** The media type of an OpenAI audio format. */
export function audioType(format: 'wav' | 'mp3'): string {
  return format === 'wav' ? 'audio/wav' : 'audio/mpeg';
}

/** A file in OpenAI's protocols, given by data, URL or file id. Its type defaults to PDF. */
export function fileFrom(
  file: {
    readonly data?: string | undefined;
    readonly url?: string | undefined;
    readonly id?: string | null | undefined;
    readonly filename?: string | undefined;
  },
  rest: { readonly [field: string]: unknown },
): FilePart {
  const { data, url, id, filename } = file;
  const mediaType = /^data:([^;,]+)/i.exec(data ?? '')?.[1] ?? 'application/pdf';
  const content = typeof id === 'string' ? reference(id) : (data ?? url);
  if (content === undefined) throw invalid('file', 'expected data, a URL or a file id');
  const options = ownOptions(rest);
  return {
    type: 'file',
    data: content,
    mediaType,
    ...(filename === undefined ? {} : { filename }),
    ...(options === undefined ? {} : { providerOptions: options }),
  };
}

/** A file uploaded to OpenAI. */
export function reference(id: string): FilePart['data'] {
  return { type: 'reference', reference: { openai: id } };
}
