import type { BatchDesk } from '../../types/batch/desk.ts';
import type { TargetOptions } from '../../types/options/options.ts';
import type { Provider } from '../../types/provider.ts';
import type { ProviderOptions } from '../../types/request/message.ts';
import { mergeOptions } from '../../util/merge.ts';

/** A target's provider, model and id, on one service tier. */
export interface Variant {
  readonly id: string;
  readonly provider: Provider;
  readonly model: string;
  readonly tier: string;
}

/** Tiers that vendors serve as far as they have room, so that silence and refusals are usual; the others answer at once. */
const bestEffortTiers: ReadonlySet<string> = new Set(['flex', 'batch']);

export function isBestEffort(tier: string): boolean {
  return bestEffortTiers.has(tier);
}

/** The target of each tier of a target's options. */
export function variantsOf({ id, provider, model, tiers = ['standard'] }: TargetOptions): readonly Variant[] {
  const found = provider.withModel?.(model) ?? { provider, model: String(model) };
  const plain = id ?? `${found.provider.name}/${found.model}`;
  return tiers.map((tier) => ({ ...found, tier, id: tier === 'standard' ? plain : `${plain}#${tier}` }));
}

/** The tiers that a provider has. */
export function tiersOf({ tiers = {}, batches }: Provider): readonly string[] {
  return ['standard', ...Object.keys(tiers), ...(batches === undefined ? [] : ['batch'])];
}

/**
 * The same provider on a tier. Options of the caller take precedence.
 *
 * @param deferred makes the provider that answers through batches
 */
export function onTier(
  provider: Provider,
  tier: string,
  deferred: (provider: Provider) => Provider,
): Provider {
  if (tier === 'standard') return provider;
  if (tier === 'batch') return deferred(provider);
  const added = provider.tiers?.[tier];
  const asked = <Call extends { readonly providerOptions?: ProviderOptions }>(call: Call): Call => {
    const providerOptions = mergeOptions(added, call.providerOptions);
    return providerOptions === undefined ? call : { ...call, providerOptions };
  };
  // Vendors have tiers for chats only.
  const { embed: _, image: __, servedAs, lacks, ...rest } = provider;
  return {
    ...rest,
    chat: (call) => provider.chat(asked(call)),
    stream: (call) => provider.stream(asked(call)),
    ...(servedAs && { servedAs: (options) => servedAs(mergeOptions(added, options) ?? {}) }),
    ...(lacks && { lacks: (request, model) => lacks(asked(request), model) }),
  };
}

/**
 * A provider that answers through its vendor's batches.
 *
 * @param at the target and key it is for
 */
export function deferredProvider(
  provider: Provider,
  at: { readonly target: string; readonly key: number },
  desk: () => Promise<BatchDesk>,
): Provider {
  const { name, batches, capabilities, lacks, servedAs, boundBy, embed, embedLimits, image, imagesPerCall } =
    provider;
  return {
    name,
    deferred: true,
    chat: async (call) => (await desk()).chat({ ...at, provider }, call),
    stream() {
      throw new Error('a batch has no streams'); // excluded before
    },
    servedAs: (options) => ({ ...servedAs?.(options), serviceTier: 'batch' }),
    ...(batches && { batches }),
    ...(capabilities && { capabilities }),
    ...(lacks && { lacks }),
    ...(boundBy && { boundBy }),
    ...(embed && { embed: async (call) => (await desk()).embed({ ...at, provider }, call) }),
    ...(embedLimits && { embedLimits }),
    ...(image && { image: async (call) => (await desk()).image({ ...at, provider }, call) }),
    ...(imagesPerCall && { imagesPerCall }),
  };
}
