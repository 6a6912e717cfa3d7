import { ConfigError } from '../../errors.ts';
import type { TargetOptions } from '../../types/options/options.ts';
import { show } from '../../util/option-check.ts';
import { tiersOf } from '../targets/tiers.ts';

/** @throws ConfigError for a list of tiers that is empty, repeats one, or names one that the provider does not have */
export function checkTiers(path: string, { provider, model, tiers }: TargetOptions): void {
  if (tiers === undefined) return;
  if (!Array.isArray(tiers) || tiers.length === 0)
    throw new ConfigError(path, 'a list of at least one service tier', show(tiers));
  const known = tiersOf(provider.withModel?.(model).provider ?? provider);
  for (const [index, tier] of tiers.entries()) {
    const at = `${path}[${index}]`;
    if (!known.includes(tier))
      throw new ConfigError(at, `a tier of ${provider.name}: ${known.join(', ')}`, show(tier));
    if (tiers.indexOf(tier) !== index) throw new ConfigError(at, 'each tier once', show(tier));
  }
}
