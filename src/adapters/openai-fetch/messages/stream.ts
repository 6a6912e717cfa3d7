import { toInputObject } from '../../../providers/shared/tools/tool-input.ts';
import type { ToolCallPart } from '../../../types/request/message.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { ReasoningDelta, StreamContent, TextDelta } from '../../../types/result/stream-part.ts';
import { BlockTracker, type OpenBlock, type OpenCall } from '../../shared/block-tracker.ts';
import { refusalOf } from '../chat-completions/response.ts';
import type { Failure } from '../errors.ts';
import { errorBody } from '../shared/error-format.ts';
import { seal } from '../shared/opaque-metadata.ts';
import { type AnswerInfo, type EventWriter, event, summary } from '../shared/protocol.ts';
import { ending, frame, textBlock, thinkingBlock, toLastUsage, toolBlock, vendorBlock } from './response.ts';

/** A call whose block has not started: its metadata arrives at its end but belongs to the start of the block. */
interface HeldCall {
  readonly id: string;
  readonly name: string;
  text: string;
}

/** Writes a stream as message events (https://platform.claude.com/docs/en/build-with-claude/streaming). */
export function messageWriter(info: AnswerInfo): EventWriter {
  return new MessageWriter(info);
}

class MessageWriter implements EventWriter {
  readonly #info: AnswerInfo;
  readonly #blocks = new BlockTracker();
  #held: HeldCall | undefined;
  /** The index of the open tool block. */
  #openTool: number | undefined;

  constructor(info: AnswerInfo) {
    this.#info = info;
  }

  open(): string {
    return write('message_start', { message: frame(this.#info) });
  }

  part(part: StreamContent): string {
    switch (part.type) {
      case 'text-delta':
      case 'reasoning-delta':
        return this.#release() + this.#delta(part);
      case 'tool-call-start': {
        const text = this.#release();
        this.#held = { id: part.toolCallId, name: part.toolName, text: '' };
        return text;
      }
      case 'tool-call-delta':
        return this.#callDelta(part.toolCallId, part.text);
      case 'tool-call':
        return this.#call(part);
      case 'tool-result': {
        const own = vendorBlock(part.providerOptions);
        return own === undefined ? '' : this.#release() + this.#whole(own);
      }
      default:
        return '';
    }
  }

  close(result: ChatResult): string {
    const { providerMetadata, usage } = result;
    const released = this.#release();
    const refusal = refusalOf(providerMetadata);
    const refused =
      refusal === undefined ? '' : this.#delta({ type: 'text-delta', text: refusal, id: 'refusal' });
    const last = {
      delta: ending(result),
      usage: toLastUsage(usage, providerMetadata),
      signalbox: summary(result),
    };
    return released + refused + this.#end() + write('message_delta', last) + write('message_stop');
  }

  fail(failure: Failure): string {
    return event(errorBody(failure, 'anthropic', this.#info.requestId), 'error');
  }

  #delta(part: TextDelta | ReasoningDelta): string {
    const { type, text, providerOptions } = part;
    if (providerOptions?.['anthropic']?.['redactedData'] !== undefined)
      return this.#whole(thinkingBlock({ type: 'reasoning', text: '', providerOptions }));
    const step = this.#blocks.push(part);
    if (step === undefined) return '';
    const { index } = step.block;
    const isText = type === 'text-delta';
    const empty = isText
      ? textBlock({ type: 'text', text: '' })
      : thinkingBlock({ type: 'reasoning', text: '' });
    const begin = step.begins ? this.#endTool() + endOf(step.ended) + start(index, empty) : '';
    if (text === '') return begin;
    return (
      begin + delta(index, isText ? { type: 'text_delta', text } : { type: 'thinking_delta', thinking: text })
    );
  }

  /** Writes a complete block. */
  #whole(block: object): string {
    const before = this.#end();
    const index = this.#blocks.take();
    return before + start(index, block) + stop(index);
  }

  #end(): string {
    return endOf(this.#blocks.end()) + this.#endTool();
  }

  #endTool(): string {
    const index = this.#openTool;
    this.#openTool = undefined;
    return index === undefined ? '' : stop(index);
  }

  #beginCall(part: ToolCallPart): { readonly call: OpenCall; readonly text: string } {
    const before = this.#end();
    const call = this.#blocks.beginCall(part.toolCallId);
    this.#openTool = call.index;
    return { call, text: before + start(call.index, toolBlock({ ...part, input: {} })) };
  }

  #more(call: OpenCall, partial_json: string): string {
    call.text += partial_json;
    return delta(call.index, { type: 'input_json_delta', partial_json });
  }

  /** Starts the block of a held call, with the arguments so far. */
  #release(): string {
    if (this.#held === undefined) return '';
    const { id: toolCallId, name: toolName, text: args } = this.#held;
    this.#held = undefined;
    const { call, text } = this.#beginCall({ type: 'tool-call', toolCallId, toolName, input: {} });
    return args === '' ? text : text + this.#more(call, args);
  }

  #callDelta(id: string, args: string): string {
    const known = this.#blocks.calls.get(id);
    if (known !== undefined) return this.#more(known, args);
    if (this.#held?.id !== id) return '';
    const first = this.#held.text === '';
    this.#held.text += args;
    return first ? '' : this.#release();
  }

  #call(part: ToolCallPart): string {
    const own = vendorBlock(part.providerOptions);
    if (own !== undefined) return this.#release() + this.#whole(own);
    if (part.providerExecuted === true) return '';
    const held = this.#held?.id === part.toolCallId ? this.#held : undefined;
    if (held !== undefined) this.#held = undefined;
    const known = this.#blocks.calls.get(part.toolCallId);
    if (known !== undefined && known.text !== '') return '';
    const { call, text } = known === undefined ? this.#beginCall(part) : { call: known, text: '' };
    return text + this.#more(call, held?.text || JSON.stringify(toInputObject(part.input)));
  }
}

function write(type: string, fields: object = {}): string {
  return event({ type, ...fields }, type);
}

function start(index: number, content_block: object): string {
  return write('content_block_start', { index, content_block });
}

function delta(index: number, change: object): string {
  return write('content_block_delta', { index, delta: change });
}

function stop(index: number): string {
  return write('content_block_stop', { index });
}

/** Ends a text or reasoning block, with its citations or signature. */
function endOf(block: OpenBlock | undefined): string {
  if (block === undefined) return '';
  const signature = block.type === 'reasoning' ? seal(block.options) : '';
  const signed = signature === '' ? '' : delta(block.index, { type: 'signature_delta', signature });
  const citations = block.type === 'text' ? block.options?.['anthropic']?.['citations'] : undefined;
  const cited = (Array.isArray(citations) ? citations : [])
    .map((citation: unknown) => delta(block.index, { type: 'citations_delta', citation }))
    .join('');
  return signed + cited + stop(block.index);
}
