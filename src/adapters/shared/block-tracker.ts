import type { ProviderOptions } from '../../types/request/message.ts';
import type { ReasoningDelta, TextDelta } from '../../types/result/stream-part.ts';
import { mergeOptions } from '../../util/merge.ts';

/** An open text or reasoning block: more deltas may follow. */
export interface OpenBlock {
  readonly type: 'text' | 'reasoning';
  /** The shared id of its deltas, if any. */
  readonly partId: string | undefined;
  /** Its position among the blocks of the answer. */
  readonly index: number;
  /** The text received so far. */
  text: string;
  options: ProviderOptions | undefined;
}

/** A started tool call. */
export interface OpenCall {
  readonly index: number;
  /** The arguments received so far, as JSON text. */
  text: string;
}

/** The effect of a delta on the blocks. */
export interface BlockStep {
  /** The block that ends before the delta. */
  readonly ended: OpenBlock | undefined;
  /** The block the delta belongs to. */
  readonly block: OpenBlock;
  /** Whether the delta is the first of its block. */
  readonly begins: boolean;
}

/**
 * The blocks of one streamed answer, for formats with explicit block starts and ends: at most one text or reasoning block is open
 * at a time, and every block and tool call has an index.
 */
export class BlockTracker {
  readonly calls = new Map<string, OpenCall>();
  #open: OpenBlock | undefined;
  #next = 0;

  /** The open text or reasoning block. */
  get open(): OpenBlock | undefined {
    return this.#open;
  }

  /** Returns the index for the next block and advances. */
  take(): number {
    return this.#next++;
  }

  /** Adds a delta to its block. `undefined` if there is nothing to emit. */
  push({ type, id, text, providerOptions }: TextDelta | ReasoningDelta): BlockStep | undefined {
    const kind = type === 'text-delta' ? 'text' : 'reasoning';
    const same = this.#open?.type === kind && this.#open.partId === id;
    // Metadata for an ended text block arrives too late to be used; a signature without reasoning text is a separate block.
    if (!same && text === '' && (kind === 'text' || providerOptions === undefined)) return undefined;
    const ended = same ? undefined : this.end();
    this.#open ??= { type: kind, partId: id, index: this.take(), text: '', options: undefined };
    const block = this.#open;
    block.text += text;
    block.options = mergeOptions(block.options, providerOptions);
    return { ended, block, begins: !same };
  }

  /** Closes the open block and returns it. */
  end(): OpenBlock | undefined {
    const block = this.#open;
    this.#open = undefined;
    return block;
  }

  /** Starts a tool call. Close an open text or reasoning block first. */
  beginCall(toolCallId: string): OpenCall {
    const call: OpenCall = { index: this.take(), text: '' };
    this.calls.set(toolCallId, call);
    return call;
  }
}
