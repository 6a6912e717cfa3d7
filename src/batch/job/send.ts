import type { BatchRequest, BatchResult } from '../../types/batch/job.ts';
import type { CallOptions } from '../../types/options/call-options.ts';
import type { Router } from '../../types/router.ts';

/** A request without its id. */
export type Asked = BatchRequest extends infer Each
  ? Each extends BatchRequest
    ? Omit<Each, 'id'>
    : never
  : never;

/** Sends one request of a batch as the call that it is. */
export function sendRequest(
  router: Pick<Router, 'chat' | 'embed' | 'image'>,
  request: Asked,
  options: CallOptions,
): Promise<NonNullable<BatchResult['result']>> {
  if ('values' in request) return router.embed(request, options);
  if (!('kind' in request)) return router.chat(request, options);
  const { kind: _, ...images } = request;
  return router.image(images, options);
}
