import { RouterError } from '../errors.ts';
import type { RequestFacts } from '../types/event.ts';
import type { CallOptions } from '../types/options/call-options.ts';
import type { Decision, Note } from '../types/result/decision.ts';
import type { Emitter } from '../util/emitter.ts';

interface Described {
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

interface Noting extends Described {
  notes: Note[] | undefined;
  readonly decision: Decision | undefined;
  readonly isUnexplained: boolean;
  readonly env: { readonly events: Emitter };
}

/** Records a fact of a plugin. The decision shows all of them, also those that come after it was made. */
export function recordNote(request: Noting, note: Note): void {
  request.notes ??= [];
  request.notes.push(note);
  // One that is explained later reads them then.
  if (!request.isUnexplained && request.decision !== undefined) Object.assign(request.decision, { notes: request.notes });
  const { events } = request.env;
  if (events.subscribed.has('note')) events.emit({ type: 'note', ...factsOf(request), ...note });
}

/** The error for calls to a closed router and for calls in flight when it closes. */
export function closedError(): RouterError {
  return new RouterError('closed', 'the router has been closed');
}

export const noMetadata: Readonly<Record<string, unknown>> = Object.freeze({});
