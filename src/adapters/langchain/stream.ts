import { AIMessageChunk, type ToolCallChunk } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import type { ChatResult } from '../../types/result/result.ts';
import type { AppendOnlyPart, ReasoningDelta, TextDelta } from '../../types/result/stream-part.ts';
import type { ChatStream } from '../../types/router.ts';
import { BlockTracker } from '../shared/block-tracker.ts';
import { argumentsOf, type Block, toBlock, toMetadata, toUsage, withUsage } from './result.ts';

/**
 * Converts a stream to LangChain chunks; the last one has usage and metadata. Leaving the loop closes the connection. Each block
 * and tool call has a unique index, because LangChain's content-block events are matched by it.
 *
 * @param asBlocks makes the content a list of standard blocks even if it is only text
 */
export async function* toChunks(
  stream: ChatStream,
  asBlocks: boolean,
): AsyncGenerator<ChatGenerationChunk, void, undefined> {
  const writer = chunkWriter(asBlocks);
  for await (const part of stream.appendOnly) {
    if (part.type === 'raw') continue; // not requested by the call
    if (part.type === 'finish') yield writer.last(await stream.result);
    else {
      const chunk = writer.write(part);
      if (chunk !== undefined) yield chunk;
    }
  }
}

type Content = Exclude<AppendOnlyPart, { readonly type: 'raw' | 'finish' }>;

/** Converts the parts of one stream. */
function chunkWriter(asBlocks: boolean) {
  const blocks = new BlockTracker();
  // Plain text is a string, as LangChain's users expect. After the first block, everything else must be blocks too.
  let form: 'none' | 'string' | 'blocks' = asBlocks ? 'blocks' : 'none';

  const next = (): number => {
    blocks.end();
    return blocks.take();
  };
  const block = (content: Block): ChatGenerationChunk => {
    form = 'blocks';
    return toChunk('text' in content ? String(content['text']) : '', [content]);
  };
  const write = (delta: TextDelta | ReasoningDelta): ChatGenerationChunk | undefined => {
    const { type, text } = delta;
    if (text === '') return undefined; // a signature, which the last chunk carries
    const index = blocks.push(delta)?.block.index;
    if (type === 'reasoning-delta') return block({ type: 'reasoning', reasoning: text, index });
    if (form === 'none' || (form === 'string' && index === 0)) {
      form = 'string';
      return toChunk(text, text);
    }
    return block({ type: 'text', text, index });
  };
  const call = (id: string, name: string | undefined, args: string): ChatGenerationChunk => {
    const known = blocks.calls.get(id);
    if (known === undefined) blocks.end();
    const open = known ?? blocks.beginCall(id);
    open.text += args;
    const { index } = open;
    // Otherwise a call before any text would take the text's index.
    if (form === 'none') form = 'blocks';
    const chunk: ToolCallChunk = { type: 'tool_call_chunk', index, id, args, ...(name ? { name } : {}) };
    return toChunk('', form === 'blocks' ? [] : '', [chunk]);
  };

  return {
    write(part: Content): ChatGenerationChunk | undefined {
      switch (part.type) {
        case 'text-delta':
        case 'reasoning-delta':
          return write(part);
        case 'tool-call-start':
          return call(part.toolCallId, part.toolName, '');
        case 'tool-call-delta':
          return part.text === '' ? undefined : call(part.toolCallId, undefined, part.text);
        case 'tool-call': {
          const before = blocks.calls.get(part.toolCallId);
          if (part.providerExecuted !== true) {
            const name = before === undefined ? part.toolName : undefined;
            return before?.text ? undefined : call(part.toolCallId, name, argumentsOf(part.input));
          }
          break;
        }
        default:
      }
      const whole = toBlock(
        part as Exclude<Content, { readonly type: `${string}-delta` | 'tool-call-start' }>,
      );
      return whole === undefined ? undefined : block({ ...whole, index: next() });
    },
    last(result: ChatResult): ChatGenerationChunk {
      const usage = toUsage(result.usage);
      const metadata = toMetadata(result);
      return new ChatGenerationChunk({
        text: '',
        generationInfo: { finish_reason: metadata['finish_reason'] },
        message: new AIMessageChunk({
          content: form === 'blocks' ? [] : '',
          response_metadata: metadata,
          ...(usage === undefined ? {} : withUsage(usage)),
        }),
      });
    },
  };
}

function toChunk(
  text: string,
  content: string | Block[],
  calls?: readonly ToolCallChunk[],
): ChatGenerationChunk {
  const message = new AIMessageChunk({
    content,
    ...(calls === undefined ? {} : { tool_call_chunks: [...calls] }),
  });
  return new ChatGenerationChunk({ text, message });
}
