import { named, type WireBytes, whole } from '../entry.ts';

/** The words of Responses, as short as an entry needs them. */
type Fields = Readonly<Record<string, unknown>>;

/** One event under its name. */
export function event(type: string, fields: Fields = {}): string {
  return named(`response.${type}`, { type: `response.${type}`, ...fields });
}

const frame = { id: 'resp_1', object: 'response', created_at: 1, model: 'gpt', error: null };

export const created = event('created', { response: { ...frame, status: 'in_progress', output: [] } });

export function added(item: Fields, output_index: unknown = 0): string {
  return event('output_item.added', { output_index, item });
}

export function finished(item: Fields, output_index: unknown = 0): string {
  return event('output_item.done', { output_index, item });
}

/** A piece of text, of the item at this place. */
export function textDelta(delta: string, more: Fields = {}): string {
  return event('output_text.delta', { item_id: 'msg_1', output_index: 0, content_index: 0, delta, ...more });
}

/** A piece of a call's arguments. */
export function inputDelta(delta: string, more: Fields = {}): string {
  return event('function_call_arguments.delta', { item_id: 'fc_1', output_index: 0, delta, ...more });
}

/** The event that ends a stream. */
export function completed(output: unknown = [], more: Fields = {}): string {
  return event('completed', { response: { ...frame, status: 'completed', output, ...more } });
}

/** A whole response. */
export function response(output: unknown, more: Fields = {}): WireBytes {
  return whole({ ...frame, status: 'completed', output, ...more });
}

/** An item of text. */
export function message(words: string, more: Fields = {}): Fields {
  const content = words === '' ? [] : [{ type: 'output_text', text: words, annotations: [] }];
  return { id: 'msg_1', type: 'message', role: 'assistant', content, ...more };
}

/** An item that calls a tool. */
export function call(name: string, args: unknown, more: Fields = {}): Fields {
  return { id: 'fc_1', type: 'function_call', call_id: 'call_1', name, arguments: args, ...more };
}
