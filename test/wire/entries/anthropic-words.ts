import { named, type WireBytes, whole } from '../entry.ts';

/** The words of the Messages API, as short as an entry needs them. */
type Fields = Readonly<Record<string, unknown>>;

/** One event under its name. */
export function event(type: string, fields: Fields = {}): string {
  return named(type, { type, ...fields });
}

const frame = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  usage: { input_tokens: 1, output_tokens: 1 },
};

/** A stream's beginning. */
export function start(more: Fields = {}): string {
  const message = { ...frame, content: [], stop_reason: null, ...more };
  return event('message_start', { message });
}

/** A block's beginning, and what it has by then. */
export function begin(index: unknown, content_block: Fields): string {
  return event('content_block_start', { index, content_block });
}

export function textDelta(text: string, index: unknown = 0): string {
  return event('content_block_delta', { index, delta: { type: 'text_delta', text } });
}

export function inputDelta(partial_json: string, index: unknown = 0): string {
  return event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json } });
}

export function end(index: unknown = 0): string {
  return event('content_block_stop', { index });
}

/** The event that says why a message ended. */
export function ending(stop_reason: string | null): string {
  return event('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 1 } });
}

export const over = event('message_stop');

/** A whole message. */
export function message(content: unknown, stop_reason: string | null = 'end_turn'): WireBytes {
  return whole({ ...frame, content, stop_reason, stop_sequence: null });
}

export function text(words: string): Fields {
  return { type: 'text', text: words };
}

/** A call of a tool; `input` is empty at the beginning of a block. */
export function call(name: string, input: unknown = {}, id = `toolu_${name}`): Fields {
  return { type: 'tool_use', id, name, input };
}
