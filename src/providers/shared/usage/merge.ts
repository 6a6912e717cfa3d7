import { asObject, type Wire } from '../../../util/json.ts';

/**
 * Merges two usage reports of one answer, of which a stream can have several. The later one wins field by
 * field, unless its value is missing, `null` or reset to 0, because the counts of one answer only grow.
 */
export function mergeUsage(earlier: Wire, later: Wire): Wire {
  const entries = Object.entries(later).flatMap(([name, value]) => {
    const before = earlier[name];
    if (value === null || value === undefined || (value === 0 && typeof before === 'number')) return [];
    const [details, more] = [asObject(before), asObject(value)];
    return [[name, details === undefined || more === undefined ? value : mergeUsage(details, more)]];
  });
  return { ...earlier, ...Object.fromEntries(entries) };
}
