import type { JSONObject } from '../../../types/request/json.ts';
import { HttpError } from '../errors.ts';

/** Maximum number of errors that a batch lists. */
const mostErrors = 50;

/**
 * Checks the lines of a batch before the first request is sent.
 *
 * @param read converts a line; throws HttpError
 * @returns the number of requests, or the errors, in the form of a batch's `errors`
 */
export async function checkLines(
  lines: AsyncIterable<readonly [line: string, number: number]>,
  endpoint: string,
  most: number,
  read: (value: unknown) => { readonly id: string },
): Promise<number | readonly JSONObject[]> {
  const errors: JSONObject[] = [];
  const ids = new Set<string>();
  let total = 0;
  for await (const [line, number] of lines) {
    total += 1;
    const wrong = flawIn(line, endpoint, ids, read);
    if (wrong !== undefined) errors.push({ ...wrong, line: number });
    if (errors.length === mostErrors) return errors;
    if (total > most)
      return [
        {
          code: 'too_many_requests',
          message: `a batch has at most ${most} requests`,
          param: null,
          line: number,
        },
      ];
  }
  if (total === 0)
    return [{ code: 'empty_file', message: 'the input file is empty', param: null, line: null }];
  return errors.length > 0 ? errors : total;
}

function flawIn(
  line: string,
  endpoint: string,
  ids: Set<string>,
  read: (value: unknown) => { readonly id: string },
): JSONObject | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { code: 'invalid_json_line', message: 'this line is not JSON', param: null };
  }
  try {
    const { id } = read(value);
    if (ids.has(id))
      return { code: 'duplicate_custom_id', message: 'another line has this custom_id', param: 'custom_id' };
    ids.add(id);
    const { url } = value as { readonly url: string };
    if (url === endpoint) return undefined;
    return { code: 'invalid_url', message: `url: expected the batch's endpoint ${endpoint}`, param: 'url' };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const { code, message, param = null } = error;
    return { code, message, param };
  }
}
