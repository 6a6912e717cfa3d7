import { countingPart } from '../../pricing/counting-part.ts';
import type { CallOptions } from '../../types/options/call-options.ts';
import type { Part } from '../../util/lazy.ts';
import type { Signal } from '../../util/time/abort.ts';
import { billingPart } from '../attempt/billing/billing-part.ts';
import type { RouterContext } from '../context.ts';
import { eventsPart } from '../events/events-part.ts';
import { recoveryPart } from '../failover/recovery-part.ts';

/** The code that chats other than plain ones may need. */
export const restParts: readonly Part<unknown>[] = [recoveryPart, countingPart, billingPart, eventsPart];

/**
 * Loads the code that chats other than plain ones may need. Happens in the background after a router's first answer, because
 * files may be unavailable during an outage: a process without free descriptors cannot open them.
 */
export async function loadRest(env: RouterContext, signal?: Signal): Promise<void> {
  if (env.isWhole) return;
  const { parts, clock } = env;
  const load = async (part: Part<unknown>): Promise<void> => {
    await parts.load(part, clock, signal);
    parts.get(recoveryPart)?.measure(env); // even if other code cannot be loaded
  };
  await Promise.all(restParts.map(load));
  env.isWhole = true;
}

/** Loads what an answer needs, so that it is there once the answer is. Never rejects. */
export function loadBilling({ parts, clock }: RouterContext, signal: Signal): Promise<unknown> {
  return parts.load(billingPart, clock, signal).catch(() => {});
}

/** Options of a call that no other code reads. */
const plainOptions = [
  'route',
  'signal',
  'timeout',
  'session',
  'tenant',
  'user',
  'tags',
  'deadline',
  'priority',
  'metadata',
];

export function isPlainCall(options: CallOptions): boolean {
  return Object.keys(options).every((name) => plainOptions.includes(name));
}
