import type { ResolvedChatRequest } from '../../../types/provider.ts';
import type { ChatRequest } from '../../../types/request/request.ts';
import { normalizeChatRequest } from './chat-request.ts';

/** The check of all fields, for requests with more than text. */
export interface FullCheck {
  /** @throws RequestError naming the wrong field */
  normalize(request: ChatRequest): ResolvedChatRequest;
}

export const fullCheck: FullCheck = { normalize: normalizeChatRequest };
