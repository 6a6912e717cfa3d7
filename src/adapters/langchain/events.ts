import type { ChatModelStreamEvent, ContentBlockStartEvent } from '@langchain/core/language_models/event';
import type { ChatGenerationChunk } from '@langchain/core/outputs';

/** Why an answer ended, in the words of LangChain's newer events. */
const eventReasons: Readonly<Record<string, 'stop' | 'length' | 'tool_use' | 'content_filter'>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool_use',
  content_filter: 'content_filter',
};

/**
 * LangChain's newer events, as its own bridge makes them of chunks, with what that leaves out: why the answer ended, and all
 * metadata. It also puts a block's first piece where LangChain's own reader of texts does not look.
 *
 * @param last the stream's last chunk, once it has come
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

/** A block that begins with text, as an empty one and its first piece. */
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
