import type { ResolvedChatRequest } from '../../types/provider.ts';
import type { EmbedRequest, EmbedResult } from '../../types/request/embed.ts';
import type { ImageRequest, ImageResult } from '../../types/request/image.ts';
import type { ChatStream } from '../../types/router.ts';
import { type Part, part } from '../../util/lazy.ts';
import type { FullCheck } from './check/full-check.ts';
import type { RunnableOperation } from './runnable.ts';

/** What a first chat does not need. Each is a file of its own in a bundle. */
export interface Parts {
  readonly stream: Part<RunnableOperation<ResolvedChatRequest, ChatStream>>;
  readonly embed: Part<RunnableOperation<EmbedRequest, EmbedResult>>;
  readonly image: Part<RunnableOperation<ImageRequest, ImageResult>>;
  readonly fullCheck: Part<FullCheck>;
}

const importStream = async () => (await import('./stream.ts')).streamOperation;
const importEmbed = async () => (await import('./embed.ts')).embedOperation;
const importImage = async () => (await import('./image.ts')).imageOperation;
const importFullCheck = async () => (await import('./check/full-check.ts')).fullCheck;

export function createParts(): Parts {
  return {
    stream: part('streams', importStream),
    embed: part('embeddings', importEmbed),
    image: part('images', importImage),
    fullCheck: part('the check of requests', importFullCheck),
  };
}

/** Loads all of them, so that later imports settle within the turn that asks for them. */
export async function loadAllParts(): Promise<void> {
  await Promise.all([importStream(), importEmbed(), importImage(), importFullCheck()]);
}
