import type { ChatRequest } from '../request/request.ts';

/** What a `select` function receives in addition to the request. */
export interface SelectContext {
  /** Session from the call options. */
  readonly session: string | undefined;
  /** Metadata from the call options; empty if the call sets none. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Tenant from the call options. */
  readonly tenant: string | undefined;
  /** User from the call options. */
  readonly user: string | undefined;
  /** Tags from the call options; empty if the call sets none. */
  readonly tags: readonly string[];
  /** `true` for `router.stream`. */
  readonly stream: boolean;
  /** Aborts when the caller aborts, when the router closes, and when the selection times out. */
  readonly signal: AbortSignal;
}

/**
 * Selects the route of a chat or stream whose call names none. Returns a route name or target id, or a promise of
 * one. It is not called for embeddings and images, which use the route `default`.
 *
 * @example
 * const select: Select = (request, { metadata }) => (metadata['plan'] === 'free' ? 'cheap' : 'default');
 */
export type Select<RouteName extends string = string> = (
  request: ChatRequest,
  context: SelectContext,
) => RouteName | PromiseLike<RouteName>;

/** A `select` function with a timeout and a fallback. If it fails, the request uses the `otherwise` route. */
export interface SelectOptions<RouteName extends string = string> {
  /** Chooses the route by the request. */
  readonly by: Select<RouteName>;
  /**
   * Timeout in milliseconds, capped at half of the request's own timeout, which includes it. `Infinity` applies
   * only that cap.
   *
   * @default 1,000
   */
  readonly timeout?: number;
  /**
   * Route to use if `by` throws, rejects, times out, or returns a route that does not exist or contains none of
   * the targets in the call's `only`.
   *
   * @default 'default'
   */
  readonly otherwise?: RouteName;
}
