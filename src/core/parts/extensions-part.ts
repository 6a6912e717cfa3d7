import { part } from '../../util/lazy.ts';

/** What routers with plugins or `select` need. */
export const extensionsPart = part('plugins', async () => (await import('./extensions.ts')).extensions);
