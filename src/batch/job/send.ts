import type { BatchRequest, BatchResult } from '../../types/batch/job.ts';
import type { CallOptions } from '../../types/options/call-options.ts';
import type { Router } from '../../types/router.ts';

/** A request without the fields that belong to its batch. */
type Asked = BatchRequest extends infer Each
  ? Each extends BatchRequest
    ? Omit<Each, 'id' | 'options' | 'data'>
    : never
  : never;

/** Sends one request of a batch as the corresponding call. */
export type Send = (options: CallOptions) => Promise<NonNullable<BatchResult['result']>>;

/** Sends a request and settles its outcome. Never rejects. */
export async function outcomeOf(
  index: number,
  { id = String(index), data, options: own = {}, ...request }: BatchRequest,
  router: Pick<Router, 'chat' | 'embed' | 'image'>,
  options: CallOptions,
  call: (send: Send, options: CallOptions) => ReturnType<Send>,
): Promise<BatchResult> {
  const of = { id, index, ...(data === undefined ? {} : { data }) };
  try {
    const result = await call((over) => sendRequest(router, request, over), merged(options, own));
    return { ...of, result };
  } catch (error) {
    return { ...of, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function merged(options: CallOptions, own: NonNullable<BatchRequest['options']>): CallOptions {
  const { metadata, tags, timeout } = own;
  return {
    ...options,
    ...own,
    ...(metadata && { metadata: { ...options.metadata, ...metadata } }),
    ...(tags && { tags: [...new Set([...(options.tags ?? []), ...tags])] }),
    ...(timeout && { timeout: { ...options.timeout, ...timeout } }),
  };
}

function sendRequest(
  router: Pick<Router, 'chat' | 'embed' | 'image'>,
  request: Asked,
  options: CallOptions,
): Promise<NonNullable<BatchResult['result']>> {
  if ('values' in request) return router.embed(request, options);
  if (!('kind' in request)) return router.chat(request, options);
  const { kind: _, ...images } = request;
  return router.image(images, options);
}
