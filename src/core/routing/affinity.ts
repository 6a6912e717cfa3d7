import type { Channel } from '../targets/target.ts';

/** Remembers the target and key of each answer that the vendor stores, for requests that continue it. */
export interface Affinity {
  remember(responseId: string, channel: Channel): void;
  /** The channel of an answer, if still remembered. */
  channelOf(responseId: string): Channel | undefined;
}

/** Capacity in answers; the oldest are evicted first. */
const most = 10_000;

export function affinity(): Affinity {
  // A map iterates in insertion order.
  const channels = new Map<string, Channel>();
  return {
    remember(responseId, channel) {
      channels.delete(responseId);
      channels.set(responseId, channel);
      if (channels.size > most) for (const oldest of channels.keys()) return void channels.delete(oldest);
    },
    channelOf: (responseId) => channels.get(responseId),
  };
}
