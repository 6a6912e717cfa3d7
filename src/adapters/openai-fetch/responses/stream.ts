import { printToolInput } from '../../../providers/shared/tools/tool-input.ts';
import type { SourcePart, ToolCallPart } from '../../../types/request/message.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { ReasoningDelta, StreamContent, TextDelta } from '../../../types/result/stream-part.ts';
import { asObject } from '../../../util/json.ts';
import { BlockTracker, type OpenBlock } from '../../shared/block-tracker.ts';
import { refusalOf } from '../chat-completions/response.ts';
import type { Failure } from '../errors.ts';
import { errorBody } from '../shared/error-format.ts';
import { withOptions } from '../shared/opaque-metadata.ts';
import { type AnswerInfo, type EventWriter, event } from '../shared/protocol.ts';
import {
  callItem,
  customCallItem,
  messageItem,
  newId,
  reasoningItem,
  refusalItem,
  vendorItem,
} from './items.ts';
import { ending, frame } from './response.ts';
import type { Body } from './schema.ts';

/** The item of a call. */
interface CallItem {
  readonly itemId: string;
  readonly index: number;
  readonly custom: boolean;
  text: string;
}

/** Writes a stream as response events (https://platform.openai.com/docs/api-reference/responses-streaming). */
export function responseWriter(body: Body, info: AnswerInfo): EventWriter {
  return new ResponseWriter(body, info);
}

class ResponseWriter implements EventWriter {
  readonly #body: Body;
  readonly #info: AnswerInfo;
  readonly #custom: ReadonlySet<unknown>;
  readonly #blocks = new BlockTracker();
  readonly #output: object[] = [];
  readonly #names = new Map<string, string>();
  readonly #calls = new Map<string, CallItem>();
  /** The item id of the open block and its sources. */
  #itemId = '';
  #sources: SourcePart[] = [];
  #sequence = 0;

  constructor(body: Body, info: AnswerInfo) {
    this.#body = body;
    this.#info = info;
    this.#custom = new Set(
      (body.tools ?? []).filter(({ type }) => type === 'custom').map(({ name }) => name),
    );
  }

  open(): string {
    const response = frame(this.#body, this.#info);
    return this.#write('response.created', { response }) + this.#write('response.in_progress', { response });
  }

  part(part: StreamContent): string {
    switch (part.type) {
      case 'text-delta':
      case 'reasoning-delta':
        return this.#delta(part);
      case 'tool-call-start':
        // The next part shows the kind of item.
        this.#names.set(part.toolCallId, part.toolName);
        return '';
      case 'tool-call-delta': {
        const known = this.#calls.get(part.toolCallId);
        if (known !== undefined) return this.#callDelta(known, part.text);
        const { call, text } = this.#beginCall(part.toolCallId, this.#names.get(part.toolCallId) ?? '');
        return text + this.#callDelta(call, part.text);
      }
      case 'tool-call':
        return this.#call(part);
      case 'file': {
        const item = vendorItem(part);
        return item === undefined ? '' : this.#end() + this.#whole(item);
      }
      case 'source':
        if (this.#blocks.open?.type === 'text') this.#sources.push(part);
        return '';
      default:
        return ''; // results of the vendor's tools are in its items
    }
  }

  close(result: ChatResult): string {
    const refusal = refusalOf(result.providerMetadata);
    const rest = this.#end() + (refusal === undefined ? '' : this.#whole(refusalItem(newId('msg'), refusal)));
    const response = { ...frame(this.#body, this.#info), ...ending(result), output: this.#output };
    const { status } = response as { status?: unknown };
    return (
      rest + this.#write(status === 'incomplete' ? 'response.incomplete' : 'response.completed', { response })
    );
  }

  fail(failure: Failure): string {
    const { code, message, param = null } = failure;
    const error = { code: code === 'rate_limit_exceeded' ? code : 'server_error', message };
    const output = this.#output.filter(Boolean);
    const response = { ...frame(this.#body, this.#info), status: 'failed', error, output };
    const failed = this.#write('response.failed', { response });
    const body = errorBody(failure, 'openai', this.#info.requestId);
    return failed + this.#write('error', { code, message, param, ...body });
  }

  #write(type: string, fields: object): string {
    return event({ type, sequence_number: this.#sequence++, ...fields }, type);
  }

  #addItem(output_index: number, item: object): string {
    return this.#write('response.output_item.added', { output_index, item });
  }

  #endItem(output_index: number, item: object): string {
    this.#output[output_index] = item;
    return this.#write('response.output_item.done', { output_index, item });
  }

  /** Writes a complete item. */
  #whole(item: object): string {
    const index = this.#blocks.take();
    return this.#addItem(index, item) + this.#endItem(index, item);
  }

  #delta(part: TextDelta | ReasoningDelta): string {
    const step = this.#blocks.push(part);
    if (step === undefined) return '';
    const { ended, block, begins } = step;
    let before = this.#endBlock(ended);
    if (begins) {
      this.#itemId = newId(block.type === 'text' ? 'msg' : 'rs');
      this.#sources = [];
      before += block.type === 'text' ? this.#beginText(block) : this.#beginReasoning(block);
    }
    if (part.text === '') return before;
    const at = { item_id: this.#itemId, output_index: block.index };
    if (block.type === 'text') {
      const delta = { ...at, content_index: 0, delta: part.text, logprobs: [] };
      return before + this.#write('response.output_text.delta', delta);
    }
    const place = { ...at, summary_index: 0 };
    const first = block.text === part.text;
    const begun = first
      ? this.#write('response.reasoning_summary_part.added', {
          ...place,
          part: { type: 'summary_text', text: '' },
        })
      : '';
    return (
      before + begun + this.#write('response.reasoning_summary_text.delta', { ...place, delta: part.text })
    );
  }

  #beginText({ index: output_index }: OpenBlock): string {
    const item = { id: this.#itemId, type: 'message', role: 'assistant', status: 'in_progress', content: [] };
    const part = { type: 'output_text', text: '', annotations: [], logprobs: [] };
    return (
      this.#addItem(output_index, item) +
      this.#write('response.content_part.added', {
        item_id: this.#itemId,
        output_index,
        content_index: 0,
        part,
      })
    );
  }

  #beginReasoning({ index }: OpenBlock): string {
    const id = this.#itemId;
    const item = { id, type: 'reasoning', summary: [], encrypted_content: null, status: 'in_progress' };
    return this.#addItem(index, item);
  }

  #end(): string {
    return this.#endBlock(this.#blocks.end());
  }

  #endBlock(block: OpenBlock | undefined): string {
    if (block === undefined) return '';
    return block.type === 'text' ? this.#endText(block) : this.#endReasoning(block);
  }

  #endText({ index: output_index, text, options }: OpenBlock): string {
    const item = messageItem(this.#itemId, { type: 'text', text, ...withOptions(options) }, this.#sources);
    const [part] = (item as { content: readonly object[] }).content;
    const at = { item_id: this.#itemId, output_index, content_index: 0 };
    return (
      this.#write('response.output_text.done', { ...at, text, logprobs: [] }) +
      this.#write('response.content_part.done', { ...at, part }) +
      this.#endItem(output_index, item)
    );
  }

  #endReasoning({ index: output_index, text, options }: OpenBlock): string {
    const at = { item_id: this.#itemId, output_index, summary_index: 0 };
    const summary =
      text === ''
        ? ''
        : this.#write('response.reasoning_summary_text.done', { ...at, text }) +
          this.#write('response.reasoning_summary_part.done', {
            ...at,
            part: { type: 'summary_text', text },
          });
    const item = reasoningItem(this.#itemId, { type: 'reasoning', text, ...withOptions(options) });
    return summary + this.#endItem(output_index, item);
  }

  #beginCall(call_id: string, name: string): { readonly call: CallItem; readonly text: string } {
    const before = this.#end();
    const custom = this.#custom.has(name);
    const id = newId(custom ? 'ctc' : 'fc');
    const call: CallItem = { itemId: id, index: this.#blocks.take(), custom, text: '' };
    this.#calls.set(call_id, call);
    const item = custom
      ? { id, type: 'custom_tool_call', call_id, name, input: '' }
      : { id, type: 'function_call', call_id, name, arguments: '', status: 'in_progress' };
    return { call, text: before + this.#addItem(call.index, item) };
  }

  #callDelta(call: CallItem, delta: string): string {
    call.text += delta;
    const at = { item_id: call.itemId, output_index: call.index };
    const type = call.custom
      ? 'response.custom_tool_call_input.delta'
      : 'response.function_call_arguments.delta';
    return this.#write(type, { ...at, delta });
  }

  #call(part: ToolCallPart): string {
    const known = this.#calls.get(part.toolCallId);
    const item = asObject(part.providerOptions?.['openai']?.['item']);
    if (part.providerExecuted === true || (known === undefined && item !== undefined)) {
      const whole = vendorItem(part);
      return whole === undefined ? '' : this.#end() + this.#whole(whole);
    }
    const { call, text } =
      known === undefined ? this.#beginCall(part.toolCallId, part.toolName) : { call: known, text: '' };
    const missing = call.text === '' ? this.#callDelta(call, printToolInput(part.input)) : '';
    const at = { item_id: call.itemId, output_index: call.index };
    const done = call.custom
      ? this.#write('response.custom_tool_call_input.done', { ...at, input: call.text })
      : this.#write('response.function_call_arguments.done', { ...at, arguments: call.text });
    const whole = call.custom ? customCallItem(call.itemId, part) : callItem(call.itemId, part);
    return text + missing + done + this.#endItem(call.index, whole);
  }
}
