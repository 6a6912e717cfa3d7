import { part } from '../../../util/lazy.ts';

/** How targets are chosen by options, plugins, several keys, and past failures. */
export const routingPart = part('routing', async () => (await import('./more-routing.ts')).moreRouting);
