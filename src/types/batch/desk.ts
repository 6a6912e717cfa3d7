import type {
  Provider,
  ProviderCall,
  ProviderEmbedCall,
  ProviderEmbeddings,
  ProviderImageCall,
  ProviderImages,
  ProviderResult,
} from '../provider.ts';

/** A provider that answers through batches, and what it is for. */
export interface DeferredChannel {
  /** Id of the target. */
  readonly target: string;
  /** Index of the provider's key. */
  readonly key: number;
  /** With that key. */
  readonly provider: Provider;
}

/** Collects calls into vendors' batches, and answers them when those are done. */
export interface BatchDesk {
  chat(channel: DeferredChannel, call: ProviderCall): Promise<ProviderResult>;
  embed(channel: DeferredChannel, call: ProviderEmbedCall): Promise<ProviderEmbeddings>;
  image(channel: DeferredChannel, call: ProviderImageCall): Promise<ProviderImages>;
}
