import type { WireEntry } from '../entry.ts';
import { anthropicContent, anthropicEndings } from './anthropic.ts';
import { chatBroken } from './chat-broken.ts';
import { chatCalls } from './chat-calls.ts';
import { chatContent } from './chat-content.ts';
import { chatEndings } from './chat-endings.ts';
import { chatUsage } from './chat-usage.ts';
import { geminiContent, geminiEndings, geminiPieces, geminiSources } from './gemini.ts';
import { responsesContent, responsesEndings, responsesItems } from './responses.ts';
import { vendorsUsage } from './vendors-usage.ts';

/** All entries, by the family of their vendors. */
export const corpus: Readonly<Record<string, readonly WireEntry[]>> = {
  'Chat Completions: how answers end': chatEndings,
  'Chat Completions: what is no answer': chatBroken,
  'Chat Completions: calls of tools': chatCalls,
  'Chat Completions: what an answer holds': chatContent,
  'Chat Completions: usage': chatUsage,
  'Anthropic: how messages end': anthropicEndings,
  'Anthropic: where content stands': anthropicContent,
  'Responses: how responses end': responsesEndings,
  'Responses: where content stands': responsesContent,
  'Responses: which item it is': responsesItems,
  'Gemini: how answers end': geminiEndings,
  'Gemini: what an answer holds': geminiContent,
  'Gemini: sources': geminiSources,
  'Gemini: arguments in pieces': geminiPieces,
  'Usage of other vendors': vendorsUsage,
};
