import type { AdaptiveConcurrency } from './adaptive-concurrency.ts';
import type { VendorLimits } from './vendor-limits.ts';

// Limits of which nothing is known yet. `vendorLimits` and `adaptiveConcurrency` take their place.

export function unreportedLimits(): VendorLimits {
  return { reported: false, note() {}, use() {}, freeAt: (_, now) => now, share: () => 1 };
}

export function unlimited(): AdaptiveConcurrency {
  return { limit: Number.POSITIVE_INFINITY, refused() {}, succeeded() {} };
}
