/** Size of a prompt: up to about 1,000 tokens, up to 16,000, or more. */
export type SizeClass = 0 | 1 | 2;

/** A first estimate of tokens: about four characters each. */
export function roughTokens(characters: number): number {
  return Math.ceil(characters / 4);
}

/** About four characters make a token. */
export function sizeClassOf(characters: number): SizeClass {
  return characters <= 4_000 ? 0 : characters <= 64_000 ? 1 : 2;
}
