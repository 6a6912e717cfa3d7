/** Rewrites the text of an event stream that arrives in arbitrary pieces. */
export interface LineRewriter {
  /** Adds a piece and returns the text that can be rewritten so far. */
  push(text: string): string;
  /** Returns the remaining text at the end of the stream. */
  end(): string;
}

/** Length at which a line that may begin an error is no longer held back, in characters. */
const longestHead = 16;
const openLine = /(?:^|[\r\n])([e[{][^\r\n]*)$/;
const errorLine = /(?<=^|[\r\n])(?:error:|event: ?error(?=[\r\n])|(?=\[?[ \t]*\{[ \t]*"error))/g;

/**
 * Converts errors that the standard makes parsers ignore to `error` events: a field `error`, a line of JSON
 * outside of any field, and an `error` event without data.
 */
export function errorLines(): LineRewriter {
  let held = '';
  let atLineStart = true;

  const rewrite = (text: string): string => {
    const goesOn = !atLineStart;
    if (text !== '') atLineStart = endsLine(text);
    if (!text.includes('error')) return text;
    return text.replace(errorLine, (found, at: number) => {
      if (at === 0 && goesOn) return found;
      return found.startsWith('event') ? 'event: error\ndata:' : 'event: error\ndata: ';
    });
  };

  return {
    push(piece) {
      const text = held === '' ? piece : held + piece;
      held = '';
      if (endsLine(text)) return rewrite(text);
      const [, open = ''] = openLine.exec(text.slice(-longestHead)) ?? [];
      const isLine = open.length < text.length || atLineStart;
      if (!isLine || open.length === 0 || open.length >= longestHead) return rewrite(text);
      held = open;
      return rewrite(text.slice(0, -open.length));
    },
    end() {
      const text = held;
      held = '';
      return rewrite(text);
    },
  };
}

function endsLine(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last === 10 || last === 13;
}
