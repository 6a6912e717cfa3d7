import { heldOut as unseen } from './held-out/set.ts';
import { first } from './tuning-1/set.ts';
import { second } from './tuning-2/set.ts';
import { third } from './tuning-3/set.ts';

/** Samples that rules were written and improved with. */
export const tuned = [first, second, third] as const;

/** Samples written after the last change of a rule. */
export const heldOut = [unseen] as const;
