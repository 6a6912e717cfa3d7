import { part } from '../../util/lazy.ts';

/** Failover after the first attempt: loaded in the background after a router's first answer, or when first needed. */
export const recoveryPart = part('failover', async () => (await import('./recovery.ts')).recovery);
