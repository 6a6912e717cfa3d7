import type {
  AnyResult,
  AttemptObserver,
  AttemptPlan,
  Plugin,
  RequestContext,
  RequestObserver,
  RequestSummary,
} from '../../types/plugin.ts';
import type { Decision } from '../../types/result/decision.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import type { StreamPart } from '../../types/result/stream-part.ts';

/** Creates the observers of a request. */
export type Observe = (context: RequestContext) => RequestObservers | undefined;

type Report = (plugin: Plugin, error: unknown) => void;
type Observed<T> = readonly (readonly [Plugin, T])[];

export function observeWith(
  plugins: readonly Plugin[],
  report: (plugin: Plugin, error: unknown, context: RequestContext) => void,
): Observe | undefined {
  const observing = plugins
    .filter(({ observe }) => observe !== undefined)
    .map((plugin) => [plugin, plugin] as const);
  if (observing.length === 0) return undefined;
  return (context) => {
    const own: Report = (plugin, error) => report(plugin, error, context);
    const observers = collect(observing, own, (plugin) => plugin.observe?.(context));
    return observers.length === 0 ? undefined : new RequestObservers(observers, own);
  };
}

/** The observers of one request. An error in one affects neither the request nor the others. */
export class RequestObservers {
  readonly #observers: Observed<RequestObserver>;
  readonly #report: Report;
  /** Whether any observer wants each part of a stream. */
  readonly wantsParts: boolean;

  constructor(observers: Observed<RequestObserver>, report: Report) {
    this.#observers = observers;
    this.#report = report;
    this.wantsParts = observers.some(([, { part }]) => part !== undefined);
  }

  routed(decision: Decision): void {
    each(this.#observers, this.#report, (observer) => observer.routed?.(decision));
  }

  attempt(plan: AttemptPlan): AttemptObservers | undefined {
    const observers = collect(this.#observers, this.#report, (observer) => observer.attempt?.(plan));
    return observers.length === 0 ? undefined : new AttemptObservers(observers, this.#report);
  }

  part(part: Exclude<StreamPart, { type: 'finish' }>): void {
    each(this.#observers, this.#report, (observer) => observer.part?.(part));
  }

  answer(answer: AnyResult): void {
    each(this.#observers, this.#report, (observer) => observer.answer?.(answer));
  }

  end(summary: RequestSummary): void {
    each(this.#observers, this.#report, (observer) => observer.end?.(summary));
  }
}

/** The observers of one attempt. */
export class AttemptObservers {
  readonly #observers: Observed<AttemptObserver>;
  readonly #report: Report;

  constructor(observers: Observed<AttemptObserver>, report: Report) {
    this.#observers = observers;
    this.#report = report;
  }

  /** Runs the provider's call inside all observers, the first outermost. */
  around<T>(call: () => T): T {
    let run = call;
    for (const [plugin, observer] of this.#observers.toReversed()) {
      if (observer.around === undefined) continue;
      const inner = run;
      run = () => this.#aroundOne(plugin, observer, inner);
    }
    return run();
  }

  firstToken(): void {
    each(this.#observers, this.#report, (observer) => observer.firstToken?.());
  }

  end(summary: AttemptSummary): void {
    each(this.#observers, this.#report, (observer) => observer.end?.(summary));
  }

  /** The call runs once, and its own outcome counts, whatever the observer returns or throws. */
  #aroundOne<T>(plugin: Plugin, observer: AttemptObserver, call: () => T): T {
    let outcome: { readonly value: T } | { readonly error: unknown } | undefined;
    const once = (): T => {
      if (outcome === undefined) {
        try {
          outcome = { value: call() };
        } catch (error) {
          outcome = { error };
        }
      }
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    };
    try {
      observer.around?.(once);
    } catch (error) {
      if (outcome === undefined || !('error' in outcome) || outcome.error !== error)
        this.#report(plugin, error);
    }
    return once();
  }
}

function each<T>(observers: Observed<T>, report: Report, call: (observer: T) => unknown): void {
  for (const [plugin, observer] of observers) {
    try {
      const result = call(observer);
      if (result instanceof Promise) result.catch((error: unknown) => report(plugin, error));
    } catch (error) {
      report(plugin, error);
    }
  }
}

/** Collects what the observers return, without `undefined`. */
function collect<From, T>(
  from: Observed<From>,
  report: Report,
  make: (from: From) => T | undefined,
): Observed<T> {
  const made: (readonly [Plugin, T])[] = [];
  for (const [plugin, each] of from) {
    try {
      const own = make(each);
      if (own !== undefined) made.push([plugin, own]);
    } catch (error) {
      report(plugin, error);
    }
  }
  return made;
}
