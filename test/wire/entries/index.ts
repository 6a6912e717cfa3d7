import type { WireEntry } from '../entry.ts';
import { chatBroken } from './chat-broken.ts';
import { chatCalls } from './chat-calls.ts';
import { chatContent } from './chat-content.ts';
import { chatEndings } from './chat-endings.ts';
import { chatUsage } from './chat-usage.ts';
import { vendorsUsage } from './vendors-usage.ts';

/** All entries, by the family of their vendors. */
export const corpus: Readonly<Record<string, readonly WireEntry[]>> = {
  'Chat Completions: how answers end': chatEndings,
  'Chat Completions: what is no answer': chatBroken,
  'Chat Completions: calls of tools': chatCalls,
  'Chat Completions: what an answer holds': chatContent,
  'Chat Completions: usage': chatUsage,
  'Usage of other vendors': vendorsUsage,
};
