import { printToolInput } from '../../../providers/shared/tool-input.ts';
import type { ProviderOptions, SourcePart, ToolCallPart } from '../../../types/request/message.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { StreamContent } from '../../../types/result/stream-part.ts';
import { asObject } from '../../../util/json.ts';
import { refusalOf } from '../chat-completions/response.ts';
import type { Failure } from '../errors.ts';
import { errorBody } from '../shared/error-format.ts';
import { mergeOptions, withOptions } from '../shared/opaque-metadata.ts';
import { type EventWriter, event, type Told } from '../shared/protocol.ts';
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

/** A text, or thoughts, that more may be added to. */
interface Block {
  readonly type: 'text' | 'reasoning';
  readonly partId: string | undefined;
  readonly itemId: string;
  readonly index: number;
  text: string;
  options: ProviderOptions | undefined;
  readonly sources: SourcePart[];
}

interface Call {
  readonly itemId: string;
  readonly index: number;
  readonly custom: boolean;
  text: string;
}

type Delta = Extract<StreamContent, { type: 'text-delta' | 'reasoning-delta' }>;

/** Says a stream in response events (https://platform.openai.com/docs/api-reference/responses-streaming). */
export function responseWriter(body: Body, told: Told): EventWriter {
  const custom = new Set((body.tools ?? []).filter(({ type }) => type === 'custom').map(({ name }) => name));
  const output: object[] = [];
  const names = new Map<string, string>();
  const calls = new Map<string, Call>();
  let sequence = 0;
  let items = 0;
  let open: Block | undefined;

  const say = (type: string, fields: object): string =>
    event({ type, sequence_number: sequence++, ...fields }, type);
  const addItem = (output_index: number, item: object): string =>
    say('response.output_item.added', { output_index, item });
  const endItem = (output_index: number, item: object): string => {
    output[output_index] = item;
    return say('response.output_item.done', { output_index, item });
  };
  /** An item that comes whole. */
  const wholeItem = (item: object): string => {
    const index = items++;
    return addItem(index, item) + endItem(index, item);
  };

  const beginText = ({ itemId: item_id, index: output_index }: Block): string => {
    const item = { id: item_id, type: 'message', role: 'assistant', status: 'in_progress', content: [] };
    const part = { type: 'output_text', text: '', annotations: [], logprobs: [] };
    return (
      addItem(output_index, item) +
      say('response.content_part.added', { item_id, output_index, content_index: 0, part })
    );
  };

  const endText = ({ itemId, index: output_index, text, options, sources }: Block): string => {
    const item = messageItem(itemId, { type: 'text', text, ...withOptions(options) }, sources);
    const [part] = (item as { content: readonly object[] }).content;
    const at = { item_id: itemId, output_index, content_index: 0 };
    return (
      say('response.output_text.done', { ...at, text, logprobs: [] }) +
      say('response.content_part.done', { ...at, part }) +
      endItem(output_index, item)
    );
  };

  const beginReasoning = ({ itemId: id, index }: Block): string =>
    addItem(index, { id, type: 'reasoning', summary: [], encrypted_content: null, status: 'in_progress' });

  const endReasoning = ({ itemId, index: output_index, text, options }: Block): string => {
    const at = { item_id: itemId, output_index, summary_index: 0 };
    const told =
      text === ''
        ? ''
        : say('response.reasoning_summary_text.done', { ...at, text }) +
          say('response.reasoning_summary_part.done', { ...at, part: { type: 'summary_text', text } });
    const item = reasoningItem(itemId, { type: 'reasoning', text, ...withOptions(options) });
    return told + endItem(output_index, item);
  };

  const endBlock = (): string => {
    const block = open;
    open = undefined;
    if (block === undefined) return '';
    return block.type === 'text' ? endText(block) : endReasoning(block);
  };

  const pushDelta = (block: Block, delta: string): string => {
    if (delta === '') return '';
    const first = block.text === '';
    block.text += delta;
    const at = { item_id: block.itemId, output_index: block.index };
    if (block.type === 'text') {
      return say('response.output_text.delta', { ...at, content_index: 0, delta, logprobs: [] });
    }
    const place = { ...at, summary_index: 0 };
    const part = { type: 'summary_text', text: '' };
    const begin = first ? say('response.reasoning_summary_part.added', { ...place, part }) : '';
    return begin + say('response.reasoning_summary_text.delta', { ...place, delta });
  };

  const push = ({ type, id, text, providerOptions }: Delta): string => {
    const kind = type === 'text-delta' ? 'text' : 'reasoning';
    let before = '';
    if (open?.type !== kind || open.partId !== id) {
      // What a text that is over is told to carry comes too late; thoughts that are only a signature stand for themselves.
      if (text === '' && (kind === 'text' || providerOptions === undefined)) return '';
      before = endBlock();
      const itemId = newId(kind === 'text' ? 'msg' : 'rs');
      open = { type: kind, partId: id, itemId, index: items++, text: '', options: undefined, sources: [] };
      before += kind === 'text' ? beginText(open) : beginReasoning(open);
    }
    open.options = mergeOptions(open.options, providerOptions);
    return before + pushDelta(open, text);
  };

  const beginCall = (toolCallId: string, name: string): { readonly call: Call; readonly text: string } => {
    const isCustom = custom.has(name);
    const call: Call = { itemId: newId(isCustom ? 'ctc' : 'fc'), index: items++, custom: isCustom, text: '' };
    calls.set(toolCallId, call);
    const item = isCustom
      ? { id: call.itemId, type: 'custom_tool_call', call_id: toolCallId, name, input: '' }
      : {
          id: call.itemId,
          type: 'function_call',
          call_id: toolCallId,
          name,
          arguments: '',
          status: 'in_progress',
        };
    return { call, text: endBlock() + addItem(call.index, item) };
  };

  const pushCall = (call: Call, delta: string): string => {
    call.text += delta;
    const at = { item_id: call.itemId, output_index: call.index };
    const type = call.custom
      ? 'response.custom_tool_call_input.delta'
      : 'response.function_call_arguments.delta';
    return say(type, { ...at, delta });
  };

  const endCall = (part: ToolCallPart): string => {
    const known = calls.get(part.toolCallId);
    const item = asObject(part.providerOptions?.['openai']?.['item']);
    const vendors = part.providerExecuted === true || (known === undefined && item !== undefined);
    if (vendors) {
      const whole = vendorItem(part);
      return whole === undefined ? '' : endBlock() + wholeItem(whole);
    }
    const { call, text } =
      known === undefined ? beginCall(part.toolCallId, part.toolName) : { call: known, text: '' };
    const missing = call.text === '' ? pushCall(call, printToolInput(part.input)) : '';
    const at = { item_id: call.itemId, output_index: call.index };
    const done = call.custom
      ? say('response.custom_tool_call_input.done', { ...at, input: call.text })
      : say('response.function_call_arguments.done', { ...at, arguments: call.text });
    const whole = call.custom ? customCallItem(call.itemId, part) : callItem(call.itemId, part);
    return text + missing + done + endItem(call.index, whole);
  };

  const endAnswer = (refusal: string | undefined): string => {
    const over = endBlock();
    return refusal === undefined ? over : over + wholeItem(refusalItem(newId('msg'), refusal));
  };

  return {
    open() {
      const response = frame(body, told);
      return say('response.created', { response }) + say('response.in_progress', { response });
    },
    part(part) {
      switch (part.type) {
        case 'text-delta':
        case 'reasoning-delta':
          return push(part);
        case 'tool-call-start':
          // What kind of item it is shows with what comes next.
          names.set(part.toolCallId, part.toolName);
          return '';
        case 'tool-call-delta': {
          const known = calls.get(part.toolCallId);
          if (known !== undefined) return pushCall(known, part.text);
          const { call, text } = beginCall(part.toolCallId, names.get(part.toolCallId) ?? '');
          return text + pushCall(call, part.text);
        }
        case 'tool-call':
          return endCall(part);
        case 'file': {
          const item = vendorItem(part);
          return item === undefined ? '' : endBlock() + wholeItem(item);
        }
        case 'source':
          if (open?.type === 'text') open.sources.push(part);
          return '';
        default:
          return ''; // results of the vendor's tools are in its items
      }
    },
    close(result: ChatResult) {
      const rest = endAnswer(refusalOf(result.providerMetadata));
      const response = { ...frame(body, told), ...ending(result), output };
      const { status } = response as { status?: unknown };
      return rest + say(status === 'incomplete' ? 'response.incomplete' : 'response.completed', { response });
    },
    fail(failure: Failure) {
      const { code, message, param = null } = failure;
      const error = { code: code === 'rate_limit_exceeded' ? code : 'server_error', message };
      const response = { ...frame(body, told), status: 'failed', error, output: output.filter(Boolean) };
      const failed = say('response.failed', { response });
      return failed + say('error', { code, message, param, ...errorBody(failure, 'openai', told.requestId) });
    },
  };
}
