import { part } from '../../../util/lazy.ts';

/** What attempts cost: loaded while the first target works, because only its answer is priced. */
export const billingPart = part('costs', () => import('./billing.ts'));
