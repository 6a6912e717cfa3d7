import type { ResolvedChatRequest } from './provider.ts';
import type { EmbedRequest, EmbedResult } from './request/embed.ts';
import type { ImageRequest, ImageResult } from './request/image.ts';
import type { ChatResult } from './result/result.ts';

/** A value or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>;

/** A request in the common form that all stations see. */
export type AnyRequest = ResolvedChatRequest | EmbedRequest | ImageRequest;

/** A complete result of any operation. */
export type AnyResult = ChatResult | EmbedResult | ImageResult;
