import type { Clock } from '../../types/clock.ts';
import type { CallOptions } from '../../types/options/call-options.ts';
import type { AnyRequest, RequestContext, RequestContextOf } from '../../types/plugin.ts';
import type { Decision, Note } from '../../types/result/decision.ts';
import type { Emitter } from '../../util/emitter.ts';
import type { Signal } from '../../util/time/abort.ts';
import { toEpoch } from '../../util/time/clock.ts';
import { realAbort } from '../../util/time/real-abort.ts';
import type { OperationKind } from '../operations/operation.ts';
import { type Noting, recordNote } from './record-note.ts';

/** The part of a request's state that a view shows. */
export interface Viewed extends Noting {
  readonly id: string;
  readonly operation: { readonly kind: OperationKind };
  readonly request: AnyRequest;
  readonly original: object;
  readonly options: CallOptions;
  readonly session: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly route: { readonly name: string };
  readonly isRouted: boolean;
  readonly startedAt: number;
  readonly timeLeft: number;
  readonly signal: Signal;
  readonly shadow: boolean;
  readonly env: { readonly clock: Clock; readonly events: Emitter };
}

/** The plugins' view of a request. Created when first needed, one per request. */
export class RequestView implements RequestContextOf<OperationKind, AnyRequest> {
  readonly #of: Viewed;
  #signal: AbortSignal | undefined;

  static of(request: Viewed): RequestContext {
    const view: RequestContextOf<OperationKind, AnyRequest> = new RequestView(request);
    if (!isContext(view)) throw new TypeError(`a request of another operation than ${view.operation}`);
    return view;
  }

  /** The request behind a context; `undefined` for a foreign object. */
  static behind(context: object): Viewed | undefined {
    return #of in context ? context.#of : undefined;
  }

  private constructor(of: Viewed) {
    this.#of = of;
  }

  get id(): string {
    return this.#of.id;
  }

  get operation(): OperationKind {
    return this.#of.operation.kind;
  }

  get request(): AnyRequest {
    return this.#of.request;
  }

  get original(): object {
    return this.#of.original;
  }

  get options(): CallOptions {
    return this.#of.options;
  }

  get tenant(): string | undefined {
    return this.#of.options.tenant;
  }

  get user(): string | undefined {
    return this.#of.options.user;
  }

  get tags(): readonly string[] {
    return this.#of.options.tags ?? [];
  }

  get session(): string | undefined {
    return this.#of.session;
  }

  get metadata(): Readonly<Record<string, unknown>> {
    return this.#of.metadata;
  }

  get route(): string | undefined {
    return this.#of.isRouted ? this.#of.route.name : undefined;
  }

  get decision(): Decision | undefined {
    return this.#of.decision;
  }

  get startedAt(): number {
    return toEpoch(this.#of.startedAt, this.#of.env.clock);
  }

  get deadline(): number {
    const { timeLeft, env } = this.#of;
    return Math.round(env.clock.date() + timeLeft);
  }

  /** Created when read, because a real signal costs ten times as much as the request's own. */
  get signal(): AbortSignal {
    this.#signal ??= realAbort(this.#of.signal).signal;
    return this.#signal;
  }

  get shadow(): boolean {
    return this.#of.shadow;
  }

  note(note: Note): void {
    recordNote(this.#of, note);
  }
}

/** Whether a request is of the form that its operation has. */
function isContext(view: RequestContextOf<OperationKind, AnyRequest>): view is RequestContext {
  const { operation, request } = view;
  if (operation === 'embed') return 'values' in request;
  return (operation === 'image') !== 'messages' in request;
}
