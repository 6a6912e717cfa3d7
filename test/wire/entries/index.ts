import type { WireEntry } from '../entry.ts';
import { chatEndings } from './chat-endings.ts';

/** All entries, by the family of their vendors. */
export const corpus: Readonly<Record<string, readonly WireEntry[]>> = {
  'Chat Completions: how answers end': chatEndings,
};
