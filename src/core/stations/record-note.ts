import type { Decision, Note } from '../../types/result/decision.ts';
import type { Emitter } from '../../util/emitter.ts';
import { type Described, factsOf } from '../events/facts.ts';

export interface Noting extends Described {
  notes: Note[] | undefined;
  readonly decision: Decision | undefined;
  /** Whether the decision is made when it is first read. */
  readonly isUnexplained: boolean;
  readonly env: { readonly events: Emitter };
}

/** Records a fact of a plugin. The decision shows all of them, also those that come after it was made. */
export function recordNote(request: Noting, note: Note): void {
  request.notes ??= [];
  request.notes.push(note);
  if (!request.isUnexplained && request.decision !== undefined)
    Object.assign(request.decision, { notes: request.notes });
  const { events } = request.env;
  if (events.subscribed.has('note')) events.emit({ type: 'note', ...factsOf(request), ...note });
}
