/** ` (did you mean 'x'?)` with the most similar name, or an empty text if none is similar. */
export function didYouMean(given: string, names: readonly string[]): string {
  const lower = given.toLowerCase();
  const [best] = names
    .map((name) => ({ name, distance: distanceOf(lower, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.min(given.length, name.length) / 3))
    .sort((a, b) => a.distance - b.distance);
  return best === undefined ? '' : ` (did you mean '${best.name}'?)`;
}

/** Longest names that are compared, in characters. */
const longest = 100;

/** Edits that turn one text into the other: Levenshtein's distance, row by row; a text inside the other is one edit away. */
function distanceOf(from: string, to: string): number {
  if (from.length > longest || to.length > longest) return longest;
  if (from.length > 2 && to.includes(from)) return 1;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, char] of [...from].entries()) {
    const next = [index + 1];
    for (let at = 0; at < to.length; at++) {
      const replaced = (row[at] ?? 0) + (char === to[at] ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? longest;
}
