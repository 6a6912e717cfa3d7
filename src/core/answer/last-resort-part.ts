import { part } from '../../util/lazy.ts';
import type { Operation } from '../operations/operation.ts';
import type { RequestState } from '../request.ts';

const lastResortPart = part('last resorts', async () => (await import('./last-resort.ts')).lastResortFor);

/** The route's last resort as the result of a request that failed with this error; `undefined` if it has none for it. */
export async function lastResort<Result>(
  operation: Operation,
  request: RequestState,
  error: unknown,
): Promise<Result | undefined> {
  const { env } = request;
  const answerFor = await env.parts.load(lastResortPart, env.clock).catch(() => undefined);
  // Only the operation knows which result is its own.
  return answerFor?.(operation.streamed, request, error) as Result | undefined;
}
