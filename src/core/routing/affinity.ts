import { longHash } from '../../util/hash.ts';
import type { Channel } from '../targets/target.ts';

/** Remembers the target and key of each answer that the vendor stores, for requests that continue it. */
export interface Affinity {
  remember(responseId: string, channel: Channel): void;
  /** The channel of an answer, if still remembered. */
  channelOf(responseId: string): Channel | undefined;
  /** Adds an answer that another process got, by the `longHash` of its id. */
  adopt(responseHash: string, channel: Channel): void;
  /** Called with each answer that this process remembers, if set. */
  onAnswer: ((responseId: string, channel: Channel) => void) | undefined;
}

/** Capacity in answers; the oldest are evicted first. */
const most = 10_000;

export function affinity(): Affinity {
  // A map iterates in insertion order.
  const channels = new Map<string, Channel>();
  const elsewhere = new Map<string, Channel>();
  const self: Affinity = {
    onAnswer: undefined,
    remember(responseId, channel) {
      remember(channels, responseId, channel);
      self.onAnswer?.(responseId, channel);
    },
    channelOf: (responseId) =>
      channels.get(responseId) ?? (elsewhere.size === 0 ? undefined : elsewhere.get(longHash(responseId))),
    adopt: (hash, channel) => remember(elsewhere, hash, channel),
  };
  return self;
}

function remember(channels: Map<string, Channel>, id: string, channel: Channel): void {
  channels.delete(id);
  channels.set(id, channel);
  if (channels.size > most) for (const oldest of channels.keys()) return void channels.delete(oldest);
}
