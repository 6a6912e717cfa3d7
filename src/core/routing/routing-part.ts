import { part } from '../../util/lazy.ts';

/** How targets are chosen where `plainRouting` is not enough, and for all requests once it is loaded. */
export const routingPart = part('routing', async () => (await import('./more/pick-first.ts')).chooseTargets);
