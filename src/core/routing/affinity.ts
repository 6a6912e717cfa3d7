import type { Channel } from '../targets/target.ts';

/** Remembers the target and key of each answer that the vendor stores, for requests that continue it. */
export interface Affinity {
  remember(responseId: string, channel: Channel): void;
  /** The channel of an answer, if still remembered. */
  channelOf(responseId: string): Channel | undefined;
  /** Called with each answer that this process remembers, if set. */
  onAnswer: ((responseId: string, channel: Channel) => void) | undefined;
  /** The channel of an answer that another process got, if set. */
  channelElsewhere: ((responseId: string) => Channel | undefined) | undefined;
}

/** Capacity in answers; the oldest are evicted first. */
const most = 10_000;

export function affinity(): Affinity {
  const channels = new Map<string, Channel>();
  const self: Affinity = {
    onAnswer: undefined,
    channelElsewhere: undefined,
    remember(responseId, channel) {
      rememberIn(channels, responseId, channel);
      self.onAnswer?.(responseId, channel);
    },
    channelOf: (responseId) => channels.get(responseId) ?? self.channelElsewhere?.(responseId),
  };
  return self;
}

/** Sets an entry and drops the oldest ones: a map iterates in the order of insertion. */
export function rememberIn(channels: Map<string, Channel>, id: string, channel: Channel): void {
  channels.delete(id);
  channels.set(id, channel);
  if (channels.size > most) for (const oldest of channels.keys()) return void channels.delete(oldest);
}
