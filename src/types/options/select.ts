import type { ChatRequest } from '../request/request.ts';

/** What a `select` may know beside the request. */
export interface SelectContext {
  /** As the call named it. */
  readonly session: string | undefined;
  /** As the call gave them; empty where it gave none. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** From the call options. */
  readonly tenant: string | undefined;
  /** From the call options. */
  readonly user: string | undefined;
  /** From the call options; empty where it gave none. */
  readonly tags: readonly string[];
  /** `true` for `router.stream`. */
  readonly stream: boolean;
  /** Aborted when the caller aborts, when the router is closed, and when the time for the choice is over. */
  readonly signal: AbortSignal;
}

/**
 * Chooses the route of a chat or a stream whose call names none: the name of a route, or the id of a target, at once or
 * later. It is not asked for embeddings and images: they take the route `default`.
 *
 * @example
 * const select: Select = (request, { metadata }) => (metadata['plan'] === 'free' ? 'cheap' : 'default');
 */
export type Select<RouteName extends string = string> = (
  request: ChatRequest,
  context: SelectContext,
) => RouteName | PromiseLike<RouteName>;

/** A `select` with its limits. It never fails a request: where it fails itself, `otherwise` is used. */
export interface SelectOptions<RouteName extends string = string> {
  readonly by: Select<RouteName>;
  /**
   * Most milliseconds that it may take, and never more than half of the request's own time, of which they are a part.
   * `Infinity` leaves it at that half. Default: 1,000.
   */
  readonly timeout?: number;
  /**
   * The route where it throws, rejects, takes too long, or names none that there is, or one without the targets that the
   * call's `only` names. Default: `default`.
   */
  readonly otherwise?: RouteName;
}
