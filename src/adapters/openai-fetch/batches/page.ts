import { invalid } from '../errors.ts';

/** An entry of a list. */
interface Listed {
  readonly id: string;
}

/**
 * A page of a list (https://platform.openai.com/docs/api-reference/batch/list).
 *
 * @param all newest first
 * @param most the largest `limit`
 */
export function pageOf<T extends Listed>(
  all: readonly T[],
  query: URLSearchParams,
  most: number,
  show: (each: T) => object,
): object {
  const { from, limit, ordered } = windowOf(all, query, most);
  const page = ordered.slice(from, from + limit);
  return {
    object: 'list',
    data: page.map(show),
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
    has_more: from + limit < ordered.length,
  };
}

function windowOf<T extends Listed>(all: readonly T[], query: URLSearchParams, most: number) {
  const limit = Number(query.get('limit') ?? Math.min(most, 20));
  if (!Number.isInteger(limit) || limit < 1 || limit > most)
    throw invalid('limit', `expected a whole number from 1 to ${most}`);
  const order = query.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') throw invalid('order', "expected 'asc' or 'desc'");
  const ordered = order === 'desc' ? all : all.toReversed();
  const after = query.get('after');
  const at = after === null ? -1 : ordered.findIndex(({ id }) => id === after);
  if (after !== null && at < 0) throw invalid('after', 'expected the id of an entry of the list');
  return { from: at + 1, limit, ordered };
}
