import type { ResolvedChatRequest } from '../../../types/provider.ts';
import type { ChatRequest } from '../../../types/request/request.ts';
import { type Requirements, requirementsOf } from '../requirements.ts';
import { normalizeChatRequest } from './chat-request.ts';

/** The check of all fields, for requests with more than text. */
export interface FullCheck {
  /** @throws RequestError naming the wrong field */
  normalize(request: ChatRequest): ResolvedChatRequest;
  requirementsOf(request: ResolvedChatRequest): Requirements;
}

export const fullCheck: FullCheck = { normalize: normalizeChatRequest, requirementsOf };
