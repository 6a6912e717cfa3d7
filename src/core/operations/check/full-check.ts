import type { ResolvedChatRequest } from '../../../types/provider.ts';
import type { ChatRequest } from '../../../types/request/request.ts';
import { normalizeChatRequest } from './chat-request.ts';

/** What requests of more than text need: the check of all their fields. */
export interface FullCheck {
  /** @throws RequestError naming the wrong field */
  normalize(request: ChatRequest): ResolvedChatRequest;
}

export const fullCheck: FullCheck = { normalize: normalizeChatRequest };
