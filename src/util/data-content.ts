import { ProviderError } from '../errors.ts';
import type { DataContent } from '../types/request/message.ts';

/**
 * Data in the form that vendors accept: a URL, base64 text, or the id of an uploaded file. With the media
 * type if known.
 */
export type ResolvedData =
  | { readonly kind: 'reference'; readonly id: string; readonly mediaType: string | undefined }
  | { readonly kind: 'url'; readonly url: string; readonly mediaType: string | undefined }
  | { readonly kind: 'base64'; readonly base64: string; readonly mediaType: string | undefined };

/**
 * Normalizes the forms of `DataContent`. A data URL becomes base64; its media type is used only if none is
 * given.
 *
 * @throws ProviderError for a file that was not uploaded to this provider
 */
export function resolveData(
  data: DataContent,
  mediaType: string | undefined,
  provider: string,
): ResolvedData {
  if (typeof data === 'object' && 'reference' in data) {
    const id = data.reference[provider];
    if (id !== undefined) return { kind: 'reference', id, mediaType };
    const summary = 'a file was uploaded to other vendors only';
    throw new ProviderError({ kind: 'bad-request', provider, summary });
  }
  if (data instanceof Uint8Array) {
    return { kind: 'base64', base64: toBase64(data), mediaType: mediaType ?? sniff(data) };
  }
  const text = typeof data === 'string' ? data : data.href;
  const inline = /^data:([^;,]*)(?:;[^;,]*)*?(;base64)?,/i.exec(text);
  if (inline !== null) {
    const payload = text.slice(inline[0].length);
    const base64 =
      inline[2] === undefined ? toBase64(new TextEncoder().encode(decodeURIComponent(payload))) : payload;
    return { kind: 'base64', base64, mediaType: mediaType ?? (inline[1] === '' ? undefined : inline[1]) };
  }
  if (/^https?:\/\//i.test(text)) return { kind: 'url', url: text, mediaType };
  return { kind: 'base64', base64: text, mediaType: mediaType ?? sniff(fromBase64(text.slice(0, 32))) };
}

/** The vendors' name for an audio format; `undefined` if they do not accept it. */
export function audioFormat(mediaType: string): string | undefined {
  if (/^audio\/(x-|vnd\.)?wave?$/.test(mediaType)) return 'wav';
  return /^audio\/(mpeg|mp3)$/.test(mediaType) ? 'mp3' : undefined;
}

/** The content of a text file given as data. */
export function decodeText(base64: string): string {
  return new TextDecoder().decode(fromBase64(base64));
}

/** Node's, which newer runtimes have in `Uint8Array`. Our own code takes 34 times as long. */
interface NodeBuffer {
  from(buffer: ArrayBufferLike, start: number, length: number): { toString(encoding: 'base64'): string };
}

export function toBase64(
  bytes: Uint8Array & { toBase64?(): string /** Of bytes that keep it. */; base64Text?(): string },
): string {
  if (bytes.base64Text !== undefined) return bytes.base64Text();
  if (typeof bytes.toBase64 === 'function') return bytes.toBase64();
  const { Buffer: native } = globalThis as { readonly Buffer?: NodeBuffer };
  if (native !== undefined)
    return native.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  let binary = '';
  // In slices: the number of arguments of a call is limited.
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(binary);
}

/** Joins base64 chunks into one base64 text. */
export function joinBase64(pieces: readonly string[]): string {
  const chunks = pieces.map(fromBase64);
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return toBase64(whole);
}

export function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  try {
    const binary = atob(base64);
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
    return bytes;
  } catch {
    return new Uint8Array();
  }
}

// File signatures of the formats that all vendors accept
// (https://www.garykessler.net/library/file_sigs.html).
const signatures: readonly (readonly [string, readonly number[]])[] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  ['image/webp', [0x52, 0x49, 0x46, 0x46]],
  ['application/pdf', [0x25, 0x50, 0x44, 0x46]],
];

function sniff(bytes: Uint8Array): string | undefined {
  return signatures.find(([, start]) => start.every((byte, index) => bytes[index] === byte))?.[0];
}
