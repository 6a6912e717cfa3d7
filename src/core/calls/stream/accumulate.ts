import type { ProviderFinishPart, ProviderResponsePart } from '../../../types/provider.ts';
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

interface Block {
  readonly type: 'text' | 'reasoning';
  readonly id: string | undefined;
  text: string;
  providerOptions: ProviderOptions | undefined;
}

/** Reassembles the parts of a stream. */
export class Accumulator {
  #parts: (ContentPart | Block)[] | undefined;
  #open: Block | undefined;
  #hasCall = false;
  #args = '';

  add(part: StreamContent): void {
    switch (part.type) {
      case 'text-delta':
        this.#addTo('text', part.id, part.text, part.providerOptions);
        return;
      case 'reasoning-delta':
        this.#addTo('reasoning', part.id, part.text, part.providerOptions);
        return;
      case 'tool-call-start':
        this.#hasCall = true;
        return;
      case 'tool-call-delta':
        this.#args += part.text; // the whole call follows as `tool-call`
        return;
      case 'raw':
        return;
      default: {
        const { origin: _, ...content } = part;
        this.#open = undefined;
        this.#push(content);
      }
    }
  }

  /** The content so far, in order. */
  content(): ContentPart[] {
    return this.#all.map(
      (part) => ('id' in part && !('sourceType' in part) ? closeBlock(part) : part) as ContentPart,
    );
  }

  /** All text so far. */
  text(): string {
    return this.#all.map((part) => (part.type === 'text' ? part.text : '')).join('');
  }

  /** Whether there is only text so far, without any part of a tool call. */
  isPlainText(): boolean {
    return !this.#hasCall && this.#all.every(({ type }) => type === 'text');
  }

  /** Other output so far: reasoning and tool-call arguments. */
  beside(): string {
    return this.#all.map((part) => (part.type === 'reasoning' ? part.text : '')).join('') + this.#args;
  }

  /** The id of the open text block. */
  textId(): string | undefined {
    return this.#open?.id;
  }

  get #all(): readonly (ContentPart | Block)[] {
    return this.#parts ?? [];
  }

  #addTo(
    type: Block['type'],
    id: string | undefined,
    text: string,
    options: ProviderOptions | undefined,
  ): void {
    let open = this.#open;
    if (open === undefined || open.type !== type || open.id !== id) {
      if (text === '' && options === undefined) return;
      open = { type, id, text: '', providerOptions: undefined };
      this.#open = open;
      this.#push(open);
    }
    open.text += text;
    if (options !== undefined) open.providerOptions = mergeOptions(open.providerOptions, options);
  }

  #push(part: ContentPart | Block): void {
    // Most answers have one part, and an array that grows makes room for many.
    if (this.#parts === undefined) this.#parts = [part];
    else this.#parts.push(part);
  }
}

function closeBlock({ type, text, providerOptions }: Block): ContentPart {
  return { type, text, ...(providerOptions === undefined ? {} : { providerOptions }) };
}

// Shared by all streams until their vendor has reported something.
const nothing = Object.freeze({});
const noWarnings: readonly Warning[] = Object.freeze([]);
const responseFields = ['id', 'model', 'serviceTier', 'region', 'headers', 'limits'] as const;

export function noInfo(): StreamInfo {
  return { usage: nothing, response: { headers: nothing }, warnings: noWarnings };
}

/** Adds what one part reports. */
export function noteResponse(info: StreamInfo, part: ProviderResponsePart): void {
  const { response } = part;
  if (response !== undefined) info.response = response;
  for (const field of responseFields) {
    // Beside `response`, a getter stands for what is in it; a value is what a wrapper of the provider has put there.
    const value = response === undefined ? part[field] : Object.getOwnPropertyDescriptor(part, field)?.value;
    if (value !== undefined) Object.assign(info.response, { [field]: value });
  }
  if (part.warnings !== undefined) info.warnings = [...info.warnings, ...part.warnings];
  if (part.usage !== undefined) info.usage = part.usage;
}

/** Whether a part is visible output. Pings, roles, empty deltas, and raw chunks are not. */
export function isToken(part: StreamContent | Restart): boolean {
  if (part.type === 'text-delta' || part.type === 'reasoning-delta') return part.text !== '';
  return part.type !== 'raw' && part.type !== 'restart';
}
