/** `base` with the fields of `over` that are there: one that is `undefined` does not hide what is below it. */
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
