/** Rewrites the text of an event stream, which comes in pieces cut anywhere. */
export interface LineRewriter {
  /** The next text, as far as its lines are known by now. */
  push(text: string): string;
  /** What is left at the end of the stream. */
  end(): string;
}

/** A line that may begin an error is held back until it is this long. */
const longestHead = 16;
const openLine = /(?:^|[\r\n])([e[{][^\r\n]*)$/;
const errorLine = /(?<=^|[\r\n])(?:error:|event: ?error(?=[\r\n])|(?=\[?[ \t]*\{[ \t]*"error))/g;

/**
 * Turns what the standard tells a parser to skip into an event `error`, where a server reports an error by it: a field `error`,
 * a line of JSON outside of any field, and an event `error` without data.
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
