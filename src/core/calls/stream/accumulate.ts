import type { ProviderFinishPart } from '../../../types/provider.ts';
import type { ContentPart, ProviderOptions } from '../../../types/request/message.ts';
import type { ResponseInfo, Warning } from '../../../types/result/result.ts';
import type { Restart, StreamContent } from '../../../types/result/stream-part.ts';
import type { Usage } from '../../../types/result/usage.ts';
import { mergeOptions } from '../../../util/merge.ts';

/** A part of one target's stream: content, a restart for the reader, or the finish part, once and last. */
export type ReadPart = StreamContent | Restart | ProviderFinishPart;

/** What the vendor has reported about its answer so far. */
export interface StreamInfo {
  usage: Usage;
  response: ResponseInfo;
  warnings: readonly Warning[];
}

/** Reassembles the parts of a stream. */
export interface Accumulator {
  add(part: StreamContent): void;
  /** The content so far, in order. */
  content(): ContentPart[];
  /** All text so far. */
  text(): string;
  /** Whether there is only text so far, without any part of a tool call. */
  isPlainText(): boolean;
  /** Other output so far: reasoning and tool-call arguments. */
  beside(): string;
  /** The id of the open text block. */
  textId(): string | undefined;
}

interface Block {
  readonly type: 'text' | 'reasoning';
  readonly id: string | undefined;
  text: string;
  providerOptions: ProviderOptions | undefined;
}

export function accumulator(): Accumulator {
  const parts: (ContentPart | Block)[] = [];
  let open: Block | undefined;
  let hasCall = false;
  let args = '';

  const addTo = (
    type: Block['type'],
    id: string | undefined,
    text: string,
    options: ProviderOptions | undefined,
  ): void => {
    if (open === undefined || open.type !== type || open.id !== id) {
      if (text === '' && options === undefined) return;
      open = { type, id, text: '', providerOptions: undefined };
      parts.push(open);
    }
    open.text += text;
    if (options !== undefined) open.providerOptions = mergeOptions(open.providerOptions, options);
  };

  return {
    add(part) {
      switch (part.type) {
        case 'text-delta':
          addTo('text', part.id, part.text, part.providerOptions);
          return;
        case 'reasoning-delta':
          addTo('reasoning', part.id, part.text, part.providerOptions);
          return;
        case 'tool-call-start':
          hasCall = true;
          return;
        case 'tool-call-delta':
          args += part.text; // the whole call follows as `tool-call`
          return;
        case 'raw':
          return;
        default: {
          const { origin: _, ...content } = part;
          open = undefined;
          parts.push(content);
        }
      }
    },
    content: () =>
      parts.map((part) => ('id' in part && !('sourceType' in part) ? closeBlock(part) : part) as ContentPart),
    text: () => parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    isPlainText: () => !hasCall && parts.every(({ type }) => type === 'text'),
    beside: () => parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join('') + args,
    textId: () => open?.id,
  };
}

function closeBlock({ type, text, providerOptions }: Block): ContentPart {
  return { type, text, ...(providerOptions === undefined ? {} : { providerOptions }) };
}

/** Whether a part is visible output. Pings, roles, empty deltas, and raw chunks are not. */
export function isToken(part: StreamContent | Restart): boolean {
  if (part.type === 'text-delta' || part.type === 'reasoning-delta') return part.text !== '';
  return part.type !== 'raw' && part.type !== 'restart';
}
