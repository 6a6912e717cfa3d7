import type { UserPart } from '../../types/request/message.ts';

/** A turn of the user's without empty texts, which vendors refuse beside a picture; a turn of nothing else stays as it is. */
export function withoutEmpty(parts: readonly UserPart[]): readonly UserPart[] {
  const full = parts.filter((part) => part.type !== 'text' || part.text !== '');
  return full.length === 0 ? parts : full;
}
