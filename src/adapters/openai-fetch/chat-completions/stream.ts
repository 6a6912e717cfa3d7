import { printToolInput } from '../../../providers/shared/tools/tool-input.ts';
import type { ToolCallPart } from '../../../types/request/message.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import { BlockTracker, type OpenCall } from '../../shared/block-tracker.ts';
import type { Failure } from '../errors.ts';
import { errorBody } from '../shared/error-format.ts';
import { given } from '../shared/fields.ts';
import { type AnswerInfo, answerId, type EventWriter, event, summary } from '../shared/protocol.ts';
import {
  carriedWith,
  extras,
  idPrefix,
  logprobsOf,
  refusalOf,
  toFinishReason,
  toUsage,
  vendorsOwn,
} from './response.ts';

/** Writes a stream as chat completion chunks (https://platform.openai.com/docs/api-reference/chat-streaming). */
export function chunkWriter(info: AnswerInfo, includeUsage: boolean): EventWriter {
  const { requestId, model, created } = info;
  // The format has no starts and ends of texts, so only calls are counted.
  const blocks = new BlockTracker();
  const head = { id: answerId(info, idPrefix), object: 'chat.completion.chunk', created, model };

  const chunk = (
    delta: object,
    finish: string | null = null,
    more: object = {},
    rest: object = {},
  ): string => {
    const choice = { index: 0, delta, logprobs: null, finish_reason: finish, ...more };
    return event({ ...head, choices: [choice], ...(includeUsage ? { usage: null } : {}), ...rest });
  };

  const begin = (id: string, name: string): { readonly call: OpenCall; readonly text: string } => {
    const call = blocks.beginCall(id);
    const wire = { index: call.index, id, type: 'function', function: { name, arguments: '' } };
    return { call, text: chunk({ tool_calls: [wire] }) };
  };

  const more = (call: OpenCall, text: string): string => {
    call.text += text;
    return chunk({ tool_calls: [{ index: call.index, function: { arguments: text } }] });
  };

  /** Sends a call that arrived whole. One that arrived in pieces has been sent. */
  const whole = ({ toolCallId, toolName, input, providerExecuted }: ToolCallPart): string => {
    if (providerExecuted === true) return '';
    const known = blocks.calls.get(toolCallId);
    if (known?.text) return '';
    const { call, text } = known === undefined ? begin(toolCallId, toolName) : { call: known, text: '' };
    return text + more(call, printToolInput(input));
  };

  return {
    open: () => chunk({ role: 'assistant', content: '', refusal: null }),
    part(part) {
      switch (part.type) {
        case 'text-delta':
          return part.text === '' ? '' : chunk({ content: part.text });
        case 'reasoning-delta':
          return part.text === '' ? '' : chunk({ reasoning_content: part.text });
        case 'tool-call-start':
          return begin(part.toolCallId, part.toolName).text;
        case 'tool-call-delta': {
          const call = blocks.calls.get(part.toolCallId);
          return call === undefined ? '' : more(call, part.text);
        }
        case 'tool-call':
          return whole(part);
        default:
          return ''; // sent at the end, when all its fields are known
      }
    },
    close(result: ChatResult) {
      const { content, finishReason, providerMetadata, usage } = result;
      const refusal = refusalOf(providerMetadata);
      const own = vendorsOwn(result);
      const last = { ...given({ refusal }), ...extras(content), ...carriedWith(content) };
      const signalbox = summary(result);
      const finish = toFinishReason(finishReason, refusal);
      const logprobs = given({ logprobs: logprobsOf(providerMetadata) });
      const end = chunk(last, finish, logprobs, { ...own, ...(includeUsage ? {} : { signalbox }) });
      const total = includeUsage
        ? event({ ...head, choices: [], usage: toUsage(usage) ?? null, ...own, signalbox })
        : '';
      return `${end}${total}data: [DONE]\n\n`;
    },
    fail: (failure: Failure) => event(errorBody(failure, 'openai', requestId)),
  };
}
