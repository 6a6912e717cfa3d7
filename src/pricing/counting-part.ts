import { part } from '../util/lazy.ts';

/** Token counts: vendors report them, so that most requests need no estimate. */
export const countingPart = part('token counts', () => import('./estimate.ts'));
