import { RouterError } from '../errors.ts';
import type { RequestFacts } from '../types/event.ts';
import type { CallOptions } from '../types/options/call-options.ts';

export interface Described {
  readonly id: string;
  readonly route: { readonly name: string };
  readonly metadata: RequestFacts['metadata'];
  readonly shadow: boolean;
  readonly options: CallOptions;
}

/** The fields of a request that every event has. */
export function factsOf({ id, route, metadata, shadow, options }: Described): RequestFacts {
  const { session, tenant, user, tags } = options;
  return {
    requestId: id,
    route: route.name,
    metadata,
    ...(session === undefined ? {} : { session }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(user === undefined ? {} : { user }),
    ...(tags === undefined ? {} : { tags }),
    ...(shadow ? { mirror: true } : {}),
  };
}

/** The error for calls to a closed router and for calls in flight when it closes. */
export function closedError(): RouterError {
  return new RouterError('closed', 'the router has been closed');
}

export const noMetadata: Readonly<Record<string, unknown>> = Object.freeze({});
