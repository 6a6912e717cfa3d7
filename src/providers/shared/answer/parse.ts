/**
 * Parses the JSON of a complete answer. Some gateways append the end marker of a stream
 * (https://github.com/decolua/9router/issues/3492).
 *
 * @throws SyntaxError
 */
export function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const end = /\s*data: ?\[DONE\]\s*$/.exec(text);
    if (end === null) throw error;
    return JSON.parse(text.slice(0, end.index));
  }
}
