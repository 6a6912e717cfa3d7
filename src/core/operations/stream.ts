import type { ResolvedChatRequest } from '../../types/provider.ts';
import type { ChatStream } from '../../types/router.ts';
import { stream } from '../calls/stream/chat-stream.ts';
import { replayStream } from '../calls/stream/replay-stream.ts';
import { conversation } from './chat.ts';
import type { RunnableOperation } from './runnable.ts';

export const streamOperation: RunnableOperation<ResolvedChatRequest, ChatStream> = {
  ...conversation,
  kind: 'stream',
  measuredAs: 'stream',
  streamed: true,
  run: stream,
  replay: replayStream,
};
