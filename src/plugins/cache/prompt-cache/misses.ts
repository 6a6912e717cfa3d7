import type { Change, Prompt } from './prefixes.ts';
import type { VendorCache } from './vendors.ts';

/**
 * Why nothing of a prompt was read from the vendor's prompt cache.
 *
 * - `unreported`: the vendor reports no reads; it may have no prompt cache.
 * - `below-floor`: the prompt, or what it shares with an earlier one, is shorter than the model caches.
 * - `first-use`: it resembles no earlier prompt of its tenant and route.
 * - `tools-changed`, `system-changed`, `messages-changed`: it resembles one, and what differs comes first in the prompt.
 * - `expired`: the target last answered the shared part too long ago.
 * - `in-flight`: no answer to the shared part had arrived yet.
 * - `other-target`, `other-key`: the shared part was answered by another target, or with another key of it.
 * - `unmarked`: the vendor reads only what is marked, and the shared part had no marker at its end.
 * - `caller-markers`: the caller's own markers cover nothing that was sent before.
 * - `evicted`: none of these; the vendor did not keep it, or asked another machine.
 */
export type PromptCacheMiss =
  | Change
  | 'unreported'
  | 'below-floor'
  | 'first-use'
  | 'expired'
  | 'in-flight'
  | 'other-target'
  | 'other-key'
  | 'unmarked'
  | 'caller-markers'
  | 'evicted';

/** The destination of a prompt. */
export interface Destination {
  readonly target: string;
  readonly key: number | undefined;
  readonly vendor: VendorCache;
}

/** The name of a vendor's cache: each target and key has a separate one. */
export function placeOf({ target, key = 0 }: Pick<Destination, 'target' | 'key'>): string {
  return `${key} ${target}`;
}

/**
 * The explanation of a possible miss, from the state when the prompt is sent.
 *
 * @returns the reason, once the vendor has counted the tokens of the prompt
 */
export function missOf(
  { whole, resemblance }: Prompt,
  destination: Destination,
  hasOwnMarkers: boolean,
  now: number,
): (inputTokens: number) => PromptCacheMiss {
  const { floor, markers, keptFor } = destination.vendor;
  const { known, change } = resemblance();
  const ofPlace = known === undefined ? undefined : reasonOfPlace(known.sent.places, destination, now);
  const markedAt = markers === undefined ? undefined : known?.sent.markedAt[markers];
  const isUnmarked = markedAt !== undefined && now - markedAt > keptFor;
  return (inputTokens) => {
    if (inputTokens < floor) return 'below-floor';
    // Our estimate of the shared part, on the vendor's scale.
    const shared = known === undefined ? 0 : (inputTokens * known.tokens) / whole.tokens;
    if (change !== undefined && shared < floor) return change;
    if (known === undefined) return change ?? 'first-use';
    if (shared < floor) return 'below-floor';
    if (ofPlace !== undefined) return ofPlace;
    if (hasOwnMarkers) return 'caller-markers';
    return isUnmarked ? 'unmarked' : (change ?? 'evicted');
  };
}

function reasonOfPlace(
  places: ReadonlyMap<string, number>,
  { target, key, vendor }: Destination,
  now: number,
): PromptCacheMiss | undefined {
  if (places.size === 0) return 'in-flight';
  const isKept = (at: number | undefined): boolean => at !== undefined && now - at <= vendor.keptFor;
  const here = places.get(placeOf({ target, key }));
  if (isKept(here)) return undefined;
  const kept = [...places].filter(([, at]) => isKept(at)).map(([place]) => place);
  if (kept.some((place) => place.slice(place.indexOf(' ') + 1) === target)) return 'other-key';
  if (kept.length > 0) return 'other-target';
  return 'expired';
}
