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
