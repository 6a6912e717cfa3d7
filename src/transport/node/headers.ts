/** Reads the headers of responses: names and values in turn. */
export type HeaderReader = (raw: readonly (string | Buffer)[]) => Record<string, string>;

/** Maximum number of header names that are remembered. Vendors send the same few with every response. */
const mostNames = 256;

/** Creates a reader, which remembers the lower-case form of names and joins the values of repeated ones. */
export function headerReader(): HeaderReader {
  const known = new Map<string, string>();
  const learn = (name: string): string => {
    const lower = name.toLowerCase();
    if (known.size < mostNames) known.set(name, lower);
    return lower;
  };
  return (raw) => {
    const headers: Record<string, string> = {};
    const texts = textsOf(raw);
    for (let at = 0; at + 1 < texts.length; at += 2) {
      const given = texts[at] ?? '';
      const name = known.get(given) ?? learn(given);
      const value = texts[at + 1] ?? '';
      const before: unknown = headers[name];
      headers[name] = typeof before === 'string' ? `${before}, ${value}` : value;
    }
    return headers;
  };
}

/**
 * Names and values as text. All that lie in one packet are decoded at once, because each call of the decoder costs more than what it
 * decodes.
 */
function textsOf(raw: readonly (string | Buffer)[]): readonly string[] {
  const [first] = raw;
  const last = raw.at(-1);
  if (typeof first !== 'object' || typeof last !== 'object') return raw.map(String);
  const { buffer, byteOffset: start } = first;
  const end = last.byteOffset + last.length;
  const block =
    last.buffer === buffer && end > start ? Buffer.from(buffer, start, end - start).toString('latin1') : '';
  const texts: string[] = [];
  for (const piece of raw) {
    if (typeof piece === 'string') {
      texts.push(piece);
      continue;
    }
    const from = piece.byteOffset - start;
    // A header that arrives in two packets is in a separate buffer.
    const isInBlock = piece.buffer === buffer && from >= 0 && from + piece.length <= block.length;
    texts.push(isInBlock ? block.slice(from, from + piece.length) : piece.toString('latin1'));
  }
  return texts;
}
