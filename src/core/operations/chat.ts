import type { ResolvedChatRequest } from '../../types/provider.ts';
import type { ChatRequest } from '../../types/request/request.ts';
import type { ChatResult } from '../../types/result/result.ts';
import { chat } from '../calls/chat.ts';
import { extensionsPart } from '../parts/extensions-part.ts';
import { chatRequirements, plainChat } from './check/plain-chat.ts';
import type { Operation } from './operation.ts';
import type { RunnableOperation } from './runnable.ts';

/** Expected output tokens without a limit and without an earlier answer. */
const usualOutputTokens = 500;

/** Shared by complete answers and streams. */
export const conversation = {
  workload: 'chat',
  hedgeable: true,
  selectable: true,
  check(input, full) {
    const request = plainChat(input) ?? full?.normalize(input);
    return request && { request, schema: (input as ChatRequest).schema };
  },
  requirements: chatRequirements,
  inputTokens: ({ messages, tools }, { estimateInput }) => estimateInput(messages, tools),
  missing({ capabilities, provider, model }, { images }, request) {
    if (capabilities.chat === false) return 'chat';
    if (images && capabilities.images === false) return 'images';
    return provider.lacks?.(request, model);
  },
  outputTokens(target, { route, needs }, now) {
    const usual = route.outputs?.expect(target.id, now) ?? target.stats.usualOutput(now) ?? usualOutputTokens;
    return Math.min(usual, needs.outputTokens || Number.POSITIVE_INFINITY);
  },
  calls: () => 1,
} satisfies Partial<Operation<ResolvedChatRequest>>;

export const chatOperation: RunnableOperation<ResolvedChatRequest, ChatResult> = {
  ...conversation,
  kind: 'chat',
  measuredAs: 'chat',
  streamed: false,
  run: chat,
  async replay(request, hit) {
    const { parts, clock } = request.env;
    const { replayChat } = await parts.load(extensionsPart, clock, request.signal);
    return replayChat(request, hit);
  },
};
