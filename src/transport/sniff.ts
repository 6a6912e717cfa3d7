import type { Body } from './body.ts';

/** What a body is by its first characters. */
export type BodyFormat = 'event-stream' | 'json' | 'other';

/** A body with what it turned out to be. */
export interface SniffedBody {
  readonly format: BodyFormat;
  readonly body: Body;
}

/** As many characters as a decision needs, beside white space in front of them. */
const enough = 6;
/** White space and signs of life may come first, but not for ever. */
const mostBytes = 4_096;

/** Reads the beginning of a body whose label cannot be trusted. The body that comes back still has it. */
export async function sniff(body: Body): Promise<SniffedBody> {
  const decoder = new TextDecoder();
  const head: Uint8Array[] = [];
  let text = '';
  let size = 0;
  while (text.trimStart().length < enough && size < mostBytes) {
    const bytes = await body.read();
    if (bytes === undefined) break;
    head.push(bytes);
    size += bytes.length;
    text += decoder.decode(bytes, { stream: true });
  }
  const format = formatOf(text.trimStart());
  return {
    format,
    body: {
      read: () => {
        const bytes = head.shift();
        return bytes === undefined ? body.read() : Promise.resolve(bytes);
      },
      cancel: () => body.cancel(),
    },
  };
}

function formatOf(text: string): BodyFormat {
  if (/^(data:|event:|id:|retry:|:)/.test(text)) return 'event-stream';
  return /^[[{]/.test(text) ? 'json' : 'other';
}
