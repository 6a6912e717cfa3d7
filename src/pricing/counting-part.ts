import { part } from '../util/lazy.ts';

/** Token counts: vendors report them, so that most requests need no estimate. */
export const countingPart = part('token counts', async () => (await import('./estimate.ts')).inputEstimate());
