import type { RequestFacts } from '../../types/event.ts';
import type { CallOptions } from '../../types/options/call-options.ts';

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
