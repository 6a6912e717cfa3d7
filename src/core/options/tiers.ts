import type { TargetOptions } from '../../types/options/options.ts';
import { elements, type Flaw, is, wrong } from '../../util/shape.ts';
import { tiersOf } from '../targets/tiers.ts';

/** The error in a target's tiers: a list that is empty, repeats a tier, or names one that the provider does not have. */
export function flawInTiers({ provider, model, tiers }: TargetOptions): Flaw | undefined {
  if (tiers === undefined) return undefined;
  const list = is('a list of at least one service tier', (value) => Array.isArray(value) && value.length > 0);
  const known = tiersOf(provider.withModel?.(model).provider ?? provider);
  const tier = is(`a tier of ${provider.name}: ${known.join(', ')}`, (value) =>
    known.includes(value as string),
  );
  return (
    list(tiers) ??
    elements(
      tiers,
      (value, index) =>
        tier(value) ??
        (tiers.indexOf(value as string) === index ? undefined : wrong('each tier once', value)),
    )
  );
}
