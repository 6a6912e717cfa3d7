import type { ContentPart } from '../../types/request/message.ts';

/** All text of an answer. */
export function textOf(content: readonly ContentPart[]): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** Everything the model wrote: text, reasoning, and tool-call arguments. */
export function writtenIn(content: readonly ContentPart[]): string {
  return content
    .map((part) => {
      if (part.type === 'text' || part.type === 'reasoning') return part.text;
      return part.type === 'tool-call' ? (JSON.stringify(part.input) ?? '') : '';
    })
    .join('');
}
