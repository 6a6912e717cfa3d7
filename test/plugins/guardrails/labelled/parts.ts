import { first } from './first/set.ts';
import { heldOut as unseen } from './held-out/set.ts';
import { second } from './second/set.ts';
import { third } from './third/set.ts';

/** Samples that rules were written and improved with. */
export const tuned = [first, second, third] as const;

/** Samples written after the last change of a rule. */
export const heldOut = [unseen] as const;
