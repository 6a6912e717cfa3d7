import type { JSONObject } from '../../../types/request/json.ts';
import type { FilePart, ProviderOptions } from '../../../types/request/message.ts';
import { invalid } from '../errors.ts';
import { given } from './fields.ts';

/**
 * What a part of OpenAI's protocols says beyond our words: for OpenAI, but for the mark with which clients of every vendor
 * ask Anthropic to keep a prompt.
 */
export function ownOptions(rest: { readonly [field: string]: unknown }): ProviderOptions | undefined {
  const { cache_control: cache, signalbox: _carried, ...own } = given(rest);
  const options = {
    ...(Object.keys(own).length === 0 ? {} : { openai: own as JSONObject }),
    ...(cache === undefined ? {} : { anthropic: { cache_control: cache as JSONObject } }),
  };
  return Object.keys(options).length === 0 ? undefined : options;
}

/** The media type of OpenAI's word for a kind of audio. */
export function audioType(format: 'wav' | 'mp3'): string {
  return format === 'wav' ? 'audio/wav' : 'audio/mpeg';
}

/** A file as OpenAI's protocols give it: by its data, its address, or its id there. Without a type it counts as a PDF. */
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
  if (content === undefined) throw invalid('file', 'expected its data, its address or its id');
  const options = ownOptions(rest);
  return {
    type: 'file',
    data: content,
    mediaType,
    ...(filename === undefined ? {} : { filename }),
    ...(options === undefined ? {} : { providerOptions: options }),
  };
}

/** A file that was uploaded to OpenAI. */
export function reference(id: string): FilePart['data'] {
  return { type: 'reference', reference: { openai: id } };
}
