/** Whether text is several consecutive JSON objects: the arguments of several calls merged into one. */
export function isSeveralObjects(text: string): boolean {
  const end = endOfObject(text);
  return end !== undefined && /^\s*\{/.test(text.slice(end));
}

/** The end of the object that the text starts with. */
function endOfObject(text: string): number | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isString && character === '\\') at += 1;
    else if (character === '"') isString = !isString;
    else if (!isString && character === '{') depth += 1;
    else if (!isString && character === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}
