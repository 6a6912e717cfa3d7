import type { PluginHost, RequestContext } from '../../../types/plugin.ts';
import { Flight, type Shared } from './flight.ts';

/** A request's place on a flight. */
export interface Joined<Result> {
  readonly flight: Flight<Result>;
  readonly answer: Shared<Result>;
}

/** The answers in flight of one router, by key. */
export class Flights<Result> {
  readonly #host: Pick<PluginHost, 'hold' | 'clock'>;
  readonly #flights = new Map<string, Flight<Result>>();

  constructor(host: Pick<PluginHost, 'hold' | 'clock'>) {
    this.#host = host;
  }

  /** Shares the answer of an identical request in flight, if there is one. */
  join(key: string, context: RequestContext): Joined<Result> | undefined {
    const { operation } = context;
    // A chat can wait for the end of a stream; a stream would get nothing before the end of a chat.
    const kinds = operation === 'chat' ? ['chat', 'stream'] : [operation];
    for (const kind of kinds) {
      const flight = this.#flights.get(nameOf(key, kind, context));
      const answer = flight?.join(context);
      if (flight !== undefined && answer !== undefined) return { flight, answer };
    }
    return undefined;
  }

  /** Lets identical requests share the answer of this one; `undefined` if another one leads. */
  lead(key: string, context: RequestContext): Flight<Result> | undefined {
    const name = nameOf(key, context.operation, context);
    if (this.#flights.has(name)) return undefined;
    const flight: Flight<Result> = new Flight(context, {
      clock: this.#host.clock,
      hold: (leader) => this.#host.hold(leader),
      over: () => {
        if (this.#flights.get(name) === flight) this.#flights.delete(name);
      },
    });
    this.#flights.set(name, flight);
    return flight;
  }
}

/** Requests that treat an interrupted stream differently do not share one. */
function nameOf(key: string, kind: string, { options }: RequestContext): string {
  return `${kind} ${options.interrupted ?? ''} ${key}`;
}
