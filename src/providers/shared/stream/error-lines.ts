/** Rewrites the text of an event stream that arrives in arbitrary pieces. */
export interface LineRewriter {
  /** Adds a piece and returns the text that can be rewritten so far. */
  push(text: string): string;
  /** Returns the remaining text at the end of the stream. */
  end(): string;
}

/** Length at which a line that may begin an error is no longer held back, in characters. */
const longestHead = 16;
const letterE = 101;
const bracket = 91;
const brace = 123;
const openLine = /(?:^|[\r\n])([e[{][^\r\n]*)$/;
const errorLine = /(?<=^|[\r\n])(?:error:|event: ?error(?=[\r\n])|(?=\[?[ \t]*\{[ \t]*"error))/g;

/**
 * Converts errors that the standard makes parsers ignore to `error` events: a field `error`, a line of JSON
 * outside of any field, and an `error` event without data.
 */
export function errorLines(): LineRewriter {
  let held = '';
  let atLineStart = true;

  const rewrite = (text: string, isWhole: boolean): string => {
    const goesOn = !atLineStart;
    if (text !== '') atLineStart = isWhole;
    if (!mayHoldError(text)) return text;
    return text.replace(errorLine, (found, at: number) => {
      if (at === 0 && goesOn) return found;
      return found.startsWith('event') ? 'event: error\ndata:' : 'event: error\ndata: ';
    });
  };

  return {
    push(piece) {
      const text = held === '' ? piece : held + piece;
      held = '';
      if (endsLine(text)) return rewrite(text, true);
      const [, open = ''] = openLine.exec(text.slice(-longestHead)) ?? [];
      const isLine = open.length < text.length || atLineStart;
      if (!isLine || open.length === 0 || open.length >= longestHead) return rewrite(text, false);
      held = open;
      return rewrite(text.slice(0, -open.length), true);
    },
    end() {
      const text = held;
      held = '';
      return rewrite(text, false);
    },
  };
}

/** Whether a line may begin an error. Looking at the beginnings of lines is faster than at all of a packet. */
function mayHoldError(text: string): boolean {
  if (text.includes('\r')) return text.includes('error');
  for (let at = 0; at >= 0 && at < text.length; ) {
    const first = text.charCodeAt(at);
    if (first === letterE || first === bracket || first === brace) return text.includes('error');
    const end = text.indexOf('\n', at);
    at = end < 0 ? end : end + 1;
  }
  return false;
}

function endsLine(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last === 10 || last === 13;
}
