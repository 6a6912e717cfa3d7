import type { Body } from './body.ts';

/** The format of a body, judged by its first characters. */
export type BodyFormat = 'event-stream' | 'json' | 'other';

/** A body and its detected format. */
export interface SniffedBody {
  readonly format: BodyFormat;
  readonly body: Body;
}

/** How many characters after leading whitespace are enough to decide. */
const enough = 6;
/** How many bytes of leading whitespace and pings are accepted. */
const maxBytes = 4_096;

/**
 * Detects the format of a body whose content type cannot be trusted. The returned body still includes the
 * bytes read.
 */
export async function sniff(body: Body): Promise<SniffedBody> {
  const decoder = new TextDecoder();
  const head: Uint8Array[] = [];
  let text = '';
  let size = 0;
  while (text.trimStart().length < enough && size < maxBytes) {
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
