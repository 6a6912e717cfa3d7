import type { ProviderOptions } from '../types/request/message.ts';

/** Merges options per provider, field by field; later ones win. */
export function mergeOptions(
  earlier: ProviderOptions | undefined,
  later: ProviderOptions | undefined,
): ProviderOptions | undefined {
  if (earlier === undefined || later === undefined) return earlier ?? later;
  const vendors = new Set([...Object.keys(earlier), ...Object.keys(later)]);
  return Object.fromEntries([...vendors].map((vendor) => [vendor, { ...earlier[vendor], ...later[vendor] }]));
}

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
