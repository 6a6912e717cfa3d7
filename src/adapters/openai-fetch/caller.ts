import type { CallOptions } from '../../types/options/call-options.ts';

/**
 * The party behind a token, as call options. They apply to each of its requests and take precedence over the field
 * `signalbox` of the body.
 *
 * - `metadata` and `tags` are merged with those of the body; in `metadata`, these values win.
 * - `only` narrows the body's own `only`, and `GET /models` lists nothing else.
 * - `models` are the values of `model` that it may use; `GET /models` lists nothing else.
 * - `maxCost`: the lower of the two applies.
 */
export interface Caller
  extends Pick<
    CallOptions,
    'tenant' | 'user' | 'tags' | 'metadata' | 'only' | 'maxCost' | 'priority' | 'timeout' | 'deadline'
  > {
  /** Values of `model` that the token may name: routes, targets and aliases. @default all */
  readonly models?: readonly string[];
  /** `admin` may read the option `reports` of `toFetch`. @default 'caller' */
  readonly role?: 'admin' | 'caller';
}

/** The request that a token came with. Its body is not read yet. */
export interface TokenRequest {
  /** Its address. */
  readonly url: URL;
  /** Its method, in capitals. */
  readonly method: string;
  /** Its headers, the token included. */
  readonly headers: Headers;
}

/**
 * Identifies the caller by its token. `undefined` answers 401. An error that it throws ends the request: the router's errors with
 * their own status, any other with 500.
 *
 * @example
 * token: async (token) => {
 *   const account = await accounts.findByToken(token);
 *   return account && { tenant: account.id, tags: [account.plan] };
 * }
 */
export type IdentifyCaller = (
  token: string,
  request: TokenRequest,
) => Caller | undefined | PromiseLike<Caller | undefined>;

/** A caller without options. */
export const anyone: Caller = Object.freeze({});

/** The options of a caller's request: the caller's own override those in the body. */
export function overBody(body: Omit<CallOptions, 'signal'>, caller: Caller): Omit<CallOptions, 'signal'> {
  if (caller === anyone) return body;
  const { tags, metadata, only: _merged, models: _names, role: _role, maxCost, timeout, ...rest } = caller;
  return {
    ...body,
    ...rest,
    ...(timeout === undefined ? {} : { timeout: { ...body.timeout, ...timeout } }),
    ...(maxCost === undefined ? {} : { maxCost: Math.min(maxCost, body.maxCost ?? maxCost) }),
    ...(tags === undefined ? {} : { tags: [...new Set([...tags, ...(body.tags ?? [])])] }),
    ...(metadata === undefined ? {} : { metadata: { ...body.metadata, ...metadata } }),
  };
}

/** Whether a caller may name a model. */
export function mayName({ models }: Caller, model: string): boolean {
  return models === undefined || models.includes(model);
}

/** Whether a caller may use a target. */
export function mayUse({ only }: Caller, target: string): boolean {
  return only === undefined || only.includes(target);
}
