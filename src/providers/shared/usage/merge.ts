import { asObject, type Wire } from '../../../util/json.ts';

/**
 * Two accounts of one answer's usage, of which a stream can give several. The later one wins field by field, and what it leaves
 * out, says `null` to or resets to 0 stays as it was: counts of one answer only grow.
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
