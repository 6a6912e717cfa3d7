import { part } from '../../util/lazy.ts';

/** What strategies and limits of cost compare: expected costs and latencies. */
export const estimatesPart = part('estimates', () => import('./estimates.ts'));
