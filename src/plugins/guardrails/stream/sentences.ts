/** Sentences and lines; a long text without either is cut at a space. */
const longest = 600;

const end = /[.!?…][)"'”’\]]*(?=\s)|[。！？]|\n/g;

/** The end of the last complete sentence between two positions; the first position if there is none. */
export function lastSentenceEnd(text: string, from: number, to: number): number {
  const part = text.slice(from, to);
  let last = 0;
  for (const match of part.matchAll(end)) last = match.index + match[0].length;
  if (last === 0 && part.length > longest) last = part.lastIndexOf(' ') + 1 || part.length;
  return from + last;
}
