import type { ProviderOptions } from '../../types/request/message.ts';
import type { ReasoningDelta, TextDelta } from '../../types/result/stream-part.ts';
import { mergeOptions } from '../../util/merge-options.ts';

/** A text or reasoning block that is open: more deltas may follow. */
export interface OpenBlock {
  readonly type: 'text' | 'reasoning';
  /** The id that its deltas share, if any. */
  readonly partId: string | undefined;
  /** Its position among the blocks of the answer. */
  readonly index: number;
  /** What has come so far. */
  text: string;
  options: ProviderOptions | undefined;
}

/** A tool call that has begun. */
export interface OpenCall {
  readonly index: number;
  /** The arguments that have come so far, as JSON text. */
  text: string;
}

/** What a delta does to the blocks. */
export interface BlockStep {
  /** The block that ends before it. */
  readonly ended: OpenBlock | undefined;
  /** The block of the delta. */
  readonly block: OpenBlock;
  /** Whether the delta is the first of its block. */
  readonly begins: boolean;
}

/**
 * The blocks of a streamed answer, for formats in which blocks begin and end explicitly: at most one text or reasoning block is open
 * at a time, and every block and call has an index. The state of one stream.
 */
export class BlockTracker {
  readonly calls = new Map<string, OpenCall>();
  #open: OpenBlock | undefined;
  #next = 0;

  /** The text or reasoning block that is open. */
  get open(): OpenBlock | undefined {
    return this.#open;
  }

  /** The index of the next block, which is then taken. */
  take(): number {
    return this.#next++;
  }

  /** Adds a delta to its block. `undefined` if there is nothing to show. */
  push({ type, id, text, providerOptions }: TextDelta | ReasoningDelta): BlockStep | undefined {
    const kind = type === 'text-delta' ? 'text' : 'reasoning';
    const same = this.#open?.type === kind && this.#open.partId === id;
    // Metadata for a text block that has ended comes too late; reasoning that is only a signature is a block of its own.
    if (!same && text === '' && (kind === 'text' || providerOptions === undefined)) return undefined;
    const ended = same ? undefined : this.end();
    this.#open ??= { type: kind, partId: id, index: this.take(), text: '', options: undefined };
    const block = this.#open;
    block.text += text;
    block.options = mergeOptions(block.options, providerOptions);
    return { ended, block, begins: !same };
  }

  /** Ends the open block and returns it. */
  end(): OpenBlock | undefined {
    const block = this.#open;
    this.#open = undefined;
    return block;
  }

  /** Begins a call. A text or reasoning block that is open has to end first. */
  beginCall(toolCallId: string): OpenCall {
    const call: OpenCall = { index: this.take(), text: '' };
    this.calls.set(toolCallId, call);
    return call;
  }
}
