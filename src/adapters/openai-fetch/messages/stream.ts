import { toInputObject } from '../../../providers/shared/tool-input.ts';
import type { ProviderOptions, ToolCallPart } from '../../../types/request/message.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { StreamContent } from '../../../types/result/stream-part.ts';
import { refusalOf } from '../chat-completions/response.ts';
import type { Failure } from '../errors.ts';
import { errorBody } from '../shared/error-format.ts';
import { mergeOptions, seal } from '../shared/opaque-metadata.ts';
import { type EventWriter, event, summary, type Told } from '../shared/protocol.ts';
import { ending, frame, textBlock, thinkingBlock, toLastUsage, toolBlock, vendorBlock } from './response.ts';

/** The block that is open: there is one at a time. */
interface Block {
  readonly type: 'text' | 'reasoning' | 'tool';
  readonly partId: string | undefined;
  readonly index: number;
  options: ProviderOptions | undefined;
}

interface Call {
  readonly index: number;
  /** Whether its arguments have been told. */
  told: boolean;
}

type Delta = Extract<StreamContent, { type: 'text-delta' | 'reasoning-delta' }>;

/** Says a stream in message events (https://platform.claude.com/docs/en/build-with-claude/streaming). */
export function messageWriter(told: Told): EventWriter {
  const calls = new Map<string, Call>();
  let held: { readonly id: string; readonly name: string; text: string } | undefined;
  let blocks = 0;
  let open: Block | undefined;

  const say = (type: string, fields: object = {}): string => event({ type, ...fields }, type);
  const start = (index: number, content_block: object): string =>
    say('content_block_start', { index, content_block });
  const stop = (index: number): string => say('content_block_stop', { index });
  const delta = (index: number, change: object): string =>
    say('content_block_delta', { index, delta: change });
  /** A block that comes whole. */
  const whole = (block: object): string => {
    const text = endBlock();
    const index = blocks++;
    return text + start(index, block) + stop(index);
  };

  const endBlock = (): string => {
    const block = open;
    open = undefined;
    if (block === undefined) return '';
    const signature = block.type === 'reasoning' ? seal(block.options) : '';
    const signed = signature === '' ? '' : delta(block.index, { type: 'signature_delta', signature });
    const citations = block.type === 'text' ? block.options?.['anthropic']?.['citations'] : undefined;
    const cited = (Array.isArray(citations) ? citations : [])
      .map((citation: unknown) => delta(block.index, { type: 'citations_delta', citation }))
      .join('');
    return signed + cited + stop(block.index);
  };

  const push = ({ type, id, text, providerOptions }: Delta): string => {
    if (providerOptions?.['anthropic']?.['redactedData'] !== undefined) {
      return whole(thinkingBlock({ type: 'reasoning', text: '', providerOptions }));
    }
    const kind = type === 'text-delta' ? 'text' : 'reasoning';
    let before = '';
    if (open?.type !== kind || open.partId !== id) {
      // What a text that is over is told to carry comes too late; thoughts that are only a signature stand for themselves.
      if (text === '' && (kind === 'text' || providerOptions === undefined)) return '';
      before = endBlock();
      open = { type: kind, partId: id, index: blocks++, options: undefined };
      const empty =
        kind === 'text'
          ? textBlock({ type: 'text', text: '' })
          : thinkingBlock({ type: 'reasoning', text: '' });
      before += start(open.index, empty);
    }
    open.options = mergeOptions(open.options, providerOptions);
    if (text === '') return before;
    const change =
      kind === 'text' ? { type: 'text_delta', text } : { type: 'thinking_delta', thinking: text };
    return before + delta(open.index, change);
  };

  const begin = (part: ToolCallPart): { readonly call: Call; readonly text: string } => {
    const text = endBlock();
    const call: Call = { index: blocks++, told: false };
    calls.set(part.toolCallId, call);
    open = { type: 'tool', partId: part.toolCallId, index: call.index, options: undefined };
    return { call, text: text + start(call.index, toolBlock({ ...part, input: {} })) };
  };

  const more = (call: Call, partial_json: string): string => {
    call.told = true;
    return delta(call.index, { type: 'input_json_delta', partial_json });
  };

  /** A call that is held back begins: what it may carry has not come with it. */
  const letGo = (): string => {
    if (held === undefined) return '';
    const { id: toolCallId, name: toolName, text: args } = held;
    held = undefined;
    const { call, text } = begin({ type: 'tool-call', toolCallId, toolName, input: {} });
    return args === '' ? text : text + more(call, args);
  };

  const pushCall = (id: string, args: string): string => {
    const known = calls.get(id);
    if (known !== undefined) return more(known, args);
    if (held?.id !== id) return '';
    const first = held.text === '';
    held.text += args;
    return first ? '' : letGo();
  };

  const endCall = (part: ToolCallPart): string => {
    const own = vendorBlock(part.providerOptions);
    if (own !== undefined) return letGo() + whole(own);
    if (part.providerExecuted === true) return '';
    const args = held?.id === part.toolCallId ? held.text : '';
    if (held?.id === part.toolCallId) held = undefined;
    const known = calls.get(part.toolCallId);
    if (known?.told === true) return '';
    const { call, text } = known === undefined ? begin(part) : { call: known, text: '' };
    return text + more(call, args || JSON.stringify(toInputObject(part.input)));
  };

  return {
    open: () => say('message_start', { message: frame(told) }),
    part(part) {
      switch (part.type) {
        case 'text-delta':
        case 'reasoning-delta':
          return letGo() + push(part);
        case 'tool-call-start': {
          // Held back until more comes: of a call that comes whole, what it carries stands at its block's beginning.
          const text = letGo();
          held = { id: part.toolCallId, name: part.toolName, text: '' };
          return text;
        }
        case 'tool-call-delta':
          return pushCall(part.toolCallId, part.text);
        case 'tool-call':
          return endCall(part);
        case 'tool-result': {
          const own = vendorBlock(part.providerOptions);
          return own === undefined ? '' : letGo() + whole(own);
        }
        default:
          return '';
      }
    },
    close(result: ChatResult) {
      const { providerMetadata, usage } = result;
      const refusal = refusalOf(providerMetadata);
      const said =
        letGo() + (refusal === undefined ? '' : push({ type: 'text-delta', text: refusal, id: 'refusal' }));
      const last = {
        delta: ending(result),
        usage: toLastUsage(usage, providerMetadata),
        signalbox: summary(result),
      };
      return said + endBlock() + say('message_delta', last) + say('message_stop');
    },
    fail: (failure: Failure) => event(errorBody(failure, 'anthropic', told.requestId), 'error'),
  };
}
