import type { Wire } from '../../util/json.ts';

/**
 * Options of a message that vendors take only on a block of its content
 * (https://developers.openai.com/api/docs/guides/prompt-caching, https://openrouter.ai/docs/features/prompt-caching).
 */
const names = ['prompt_cache_breakpoint', 'cache_control'] as const;

/** Moves a message's prompt cache markers to the last block of its content, where the marked prefix ends. */
export function withMarkedEnd(message: Wire, type: 'text' | 'input_text'): Wire {
  let name: (typeof names)[number] | undefined;
  for (const each of names) if (message[each] !== undefined) name ??= each;
  if (name === undefined) return message;
  const { content, [name]: marker, ...rest } = message;
  const blocks = typeof content === 'string' ? [{ type, text: content }] : (content as readonly Wire[]);
  return {
    ...rest,
    content: blocks.map((block, index) =>
      index === blocks.length - 1 ? { ...block, [name]: marker } : block,
    ),
  };
}
