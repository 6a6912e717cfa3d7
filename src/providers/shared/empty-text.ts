import type { UserPart } from '../../types/request/message.ts';

/**
 * Removes empty texts, which vendors reject next to images, from a user message. Keeps a message that has
 * nothing else.
 */
export function withoutEmpty(parts: readonly UserPart[]): readonly UserPart[] {
  const full = parts.filter((part) => part.type !== 'text' || part.text !== '');
  return full.length === 0 ? parts : full;
}
