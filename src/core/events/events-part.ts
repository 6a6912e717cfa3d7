import { part } from '../../util/lazy.ts';
import type { RouterContext } from '../context.ts';

/** Reports requests to listeners and plugins: loaded with the first listener. */
export const eventsPart = part('events', () => import('./events.ts'));

/** Reports on a request: at once, or as soon as the code for that is loaded where the first listener came after the request. */
export function report(
  { parts, clock }: RouterContext,
  run: (events: typeof import('./events.ts')) => void,
): void {
  const events = parts.get(eventsPart);
  if (events === undefined) parts.load(eventsPart, clock).then(run, () => {});
  else run(events);
}
