/**
 * The generation in a model's name: 2.5 for `gemini-2.5-flash`. A name that says none (`gemini-flash-latest`) counts as the
 * newest: what is new is what will be there longest.
 */
export function generationOf(model: string): number {
  const generation = /gemini-(\d+(?:\.\d+)?)/.exec(model)?.[1];
  return generation === undefined ? Number.POSITIVE_INFINITY : Number(generation);
}

/** Imagen has an interface of its own; all others make images as they answer a chat. */
export function isImagen(model: string): boolean {
  return /^imagen-/.test(model);
}
