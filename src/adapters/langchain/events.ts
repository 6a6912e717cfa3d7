import type { ChatModelStreamEvent, ContentBlockStartEvent } from '@langchain/core/language_models/event';
import type { ChatGenerationChunk } from '@langchain/core/outputs';

/** Finish reasons of LangChain's content-block events. */
const eventReasons: Readonly<Record<string, 'stop' | 'length' | 'tool_use' | 'content_filter'>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool_use',
  content_filter: 'content_filter',
};

/**
 * LangChain's content-block events, made by its own bridge from chunks, plus what the bridge omits: the finish reason and
 * metadata. It also moves a block's first text into a delta, because LangChain's text reader ignores text in block starts.
 *
 * @param last returns the stream's last chunk, once it has arrived
 */
export async function* completed(
  events: AsyncIterable<ChatModelStreamEvent>,
  last: () => ChatGenerationChunk | undefined,
): AsyncGenerator<ChatModelStreamEvent> {
  for await (const event of events) {
    const chunk = last();
    if (event.event === 'content-block-start') yield* opened(event);
    else if (event.event !== 'message-finish' || chunk === undefined) yield event;
    else {
      const { finish_reason: finish, ...metadata } = chunk.message.response_metadata;
      const reason = eventReasons[String(finish)];
      yield { ...event, ...(reason === undefined ? {} : { reason }), responseMetadata: metadata };
    }
  }
}

/** Splits a block start that has text into an empty block and its first delta. */
function* opened(event: ContentBlockStartEvent): Generator<ChatModelStreamEvent> {
  const { index, content } = event;
  const { type, text, reasoning } = content;
  if (type === 'text' && typeof text === 'string' && text !== '') {
    yield { ...event, content: { ...content, text: '' } };
    yield { event: 'content-block-delta', index, delta: { type: 'text-delta', text } };
  } else if (type === 'reasoning' && typeof reasoning === 'string') {
    yield { ...event, content: { ...content, reasoning: '' } };
    yield { event: 'content-block-delta', index, delta: { type: 'reasoning-delta', reasoning } };
  } else yield event;
}
