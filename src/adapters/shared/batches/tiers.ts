import type { Router } from '../../../types/router.ts';

/** A target with its tier `batch` before it; `undefined` for a route, and for a target without that tier. */
export function batchTiersOf({ routes, targets }: Router, model: string): readonly string[] | undefined {
  const batch = `${model}#batch`;
  return routes[model] === undefined && targets.includes(batch) ? [batch, model] : undefined;
}
