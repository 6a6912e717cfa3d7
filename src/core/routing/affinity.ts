import type { Channel } from '../targets/target.ts';

/** Remembers which target, with which key, gave an answer that the vendor keeps, for requests that continue it. */
export interface Affinity {
  remember(responseId: string, channel: Channel): void;
  /** What gave the answer, where it is still known. */
  channelOf(responseId: string): Channel | undefined;
}

/** As many answers are remembered; the oldest are forgotten first. */
const most = 10_000;

export function affinity(): Affinity {
  // A map keeps the order in which its keys came.
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
