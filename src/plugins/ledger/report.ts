import { isRouterError, RequestError } from '../../errors.ts';
import { show } from '../../util/option-check.ts';
import type { LedgerDimension, LedgerGroup, LedgerReader } from './reading.ts';

/** Parameters that are not a dimension to filter by. */
const fixed = ['by', 'from', 'to', 'timeZone', 'latency'];
const filters = ['tenant', 'user', 'tag', 'route', 'target', 'provider', 'model', 'operation', 'promptCache'];

/**
 * Sums of a ledger for administrators, as a report of `toFetch`: `GET
 * …/reports/ledger?by=day,tenant&from=2026-11-01&tenant=acme`.
 *
 * The parameters are those of `LedgerQuery`: `by`, `from`, `to`, `timeZone`, `latency=true`, and values to filter by; an empty
 * value selects requests without one. Unknown parameters are answered with 400.
 *
 * @example
 * toFetch(router, { token: keys.identify, reports: { budgets: () => router.budgets(), ledger: ledgerReport(entries) } })
 */
export function ledgerReport(
  ledger: Pick<LedgerReader, 'query'>,
): (parameters: URLSearchParams) => Promise<readonly LedgerGroup[]> {
  return async (parameters) => {
    const known = [...fixed, ...filters];
    const unknown = [...parameters.keys()].find((name) => !known.includes(name));
    if (unknown !== undefined)
      throw new RequestError(unknown, `one of ${known.join(', ')}`, 'another parameter');
    const where = filters.flatMap((name) => {
      const values = parameters.getAll(name).map((value) => (value === '' ? null : value));
      return values.length === 0 ? [] : [[name, values] as const];
    });
    try {
      return await ledger.query({
        ...definedOf(parameters, ['from', 'to', 'timeZone']),
        by: (parameters.get('by')?.split(',') ?? []) as LedgerDimension[],
        latency: flag(parameters.get('latency')),
        where: Object.fromEntries(where),
      });
    } catch (error) {
      if (isRouterError(error, 'config')) throw new RequestError('the query', 'a valid one', error.message);
      throw error;
    }
  };
}

function definedOf(
  parameters: URLSearchParams,
  names: readonly string[],
): Readonly<Record<string, string | number>> {
  const given = names.flatMap((name) => {
    const value = parameters.get(name);
    return value === null ? [] : [[name, /^\d+$/.test(value) ? Number(value) : value] as const];
  });
  return Object.fromEntries(given);
}

function flag(text: string | null): boolean {
  if (text === null || text === 'false') return false;
  if (text === 'true') return true;
  throw new RequestError('latency', 'true or false', show(text));
}
