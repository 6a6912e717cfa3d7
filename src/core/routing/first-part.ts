import { part } from '../../util/lazy.ts';

/** How routes of many targets choose the first one. */
export const firstPart = part('routing among many targets', () => import('./more/pick-first.ts'));
