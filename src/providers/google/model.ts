/**
 * The generation in a model's name: 2.5 for `gemini-2.5-flash`. A name without one (`gemini-flash-latest`) counts as the newest.
 */
export function generationOf(model: string): number {
  const generation = /gemini-(\d+(?:\.\d+)?)/.exec(model)?.[1];
  return generation === undefined ? Number.POSITIVE_INFINITY : Number(generation);
}

/** Whether it is an Imagen model, which has its own API; all others generate images in a chat. */
export function isImagen(model: string): boolean {
  return /^imagen-/.test(model);
}
