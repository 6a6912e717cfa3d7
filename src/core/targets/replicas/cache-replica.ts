import type { CacheRatio, PromptCaches } from '../../../stats/prompt-caches.ts';
import type { Clock } from '../../../types/clock.ts';
import type { Replica } from '../../../types/plugin.ts';
import { samplesOf, slicedCounts } from './sliced-counts.ts';

/** Answers of a target that make its ratios known. */
const enough = 20;
const kinds: readonly string[] = ['continued', 'other', 'written'] satisfies readonly CacheRatio[];

/** How much of prompts the vendors' caches hold, as counts by percent. */
export function cacheReplica(
  name: string,
  target: string,
  caches: PromptCaches,
  clock: Clock,
): { readonly replica: Replica; count(kind: CacheRatio, ratio: number): void } {
  const counts = slicedCounts(name, {
    isLearning: () => caches.weight(target, clock.now()) < enough,
    learn(others) {
      for (const kind of kinds) {
        const own = others.filter(([field]) => field.startsWith(`${kind}/`));
        for (const field of samplesOf(own, enough)) {
          const percent = Number(field.slice(kind.length + 1));
          if (percent >= 0 && percent <= 100)
            caches.learn(target, kind as CacheRatio, percent / 100, clock.now());
        }
      }
    },
  });
  return { replica: counts, count: (kind, ratio) => counts.count(`${kind}/${Math.round(100 * ratio)}`) };
}
