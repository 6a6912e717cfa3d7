import type { ResolvedChatRequest } from '../../../types/provider.ts';
import type { ChatRequest } from '../../../types/request/request.ts';
import { readOutput } from '../../answer/output.ts';
import { normalizeChatRequest } from './chat-request.ts';

/** What requests of more than text need: the check of all their fields, and of an answer that has to fit a schema. */
export interface FullCheck {
  /** @throws RequestError naming the wrong field */
  normalize(request: ChatRequest): ResolvedChatRequest;
  readonly readOutput: typeof readOutput;
}

export const fullCheck: FullCheck = { normalize: normalizeChatRequest, readOutput };
