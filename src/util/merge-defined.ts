/** `base` with the defined fields of `over`; `undefined` does not override. */
export function mergeDefined<T extends object>(base: T, ...over: readonly (Partial<T> | undefined)[]): T {
  const merged = { ...base };
  for (const layer of over) {
    for (const key of Object.keys(layer ?? {}) as (keyof T)[]) {
      const value = layer?.[key];
      if (value !== undefined) merged[key] = value;
    }
  }
  return merged;
}
