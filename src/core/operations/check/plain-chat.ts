import type { ResolvedChatRequest } from '../../../types/provider.ts';
import type { Message } from '../../../types/request/message.ts';
import type { ChatRequest } from '../../../types/request/request.ts';
import type { Parts } from '../../../util/lazy.ts';
import type { Requirements } from '../requirements.ts';
import { fullCheckPart } from './full-check-part.ts';

type Setting = Exclude<
  keyof ChatRequest & keyof ResolvedChatRequest,
  'messages' | 'tools' | 'toolChoice' | 'responseFormat' | 'providerOptions' | 'origin' | 'stopSequences'
>;

/** Settings that a plain request may have, by the type of their values. */
const settings: Readonly<Record<Exclude<Setting, 'reasoning'>, 'number' | 'count' | 'boolean'>> = {
  maxOutputTokens: 'count',
  temperature: 'number',
  topP: 'number',
  topK: 'number',
  seed: 'number',
  presencePenalty: 'number',
  frequencyPenalty: 'number',
  includeRaw: 'boolean',
};

/**
 * The normal form of a request with only text and simple settings, which is the usual kind. `undefined` for any other request and
 * for an invalid one, which the full check handles. Accepts only what the full check accepts, with the same outcome.
 */
export function plainChat(input: object): ResolvedChatRequest | undefined {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined;
  const { prompt, system, messages, ...rest }: Partial<ChatRequest> = input;
  for (const name in rest)
    if (!isPlainSetting(name, (rest as Readonly<Record<string, unknown>>)[name])) return undefined;
  if (system !== undefined && typeof system !== 'string') return undefined;
  let thread: readonly Message[];
  if (prompt !== undefined) {
    if (messages !== undefined || typeof prompt !== 'string') return undefined;
    thread = [{ role: 'user', content: prompt }];
  } else {
    if (!Array.isArray(messages) || messages.length === 0) return undefined;
    for (const message of messages as readonly unknown[]) if (!isPlainMessage(message)) return undefined;
    thread = messages;
  }
  return {
    ...(rest as Pick<ResolvedChatRequest, Setting>),
    messages: system === undefined ? thread : [{ role: 'system', content: system }, ...thread],
  };
}

/** The requirements of a checked request. Those of one that is not plain are with its check, which has been loaded for it. */
export function chatRequirements(request: ResolvedChatRequest, parts: Parts): Requirements {
  const { messages, tools, responseFormat, reasoning, maxOutputTokens = 0 } = request;
  let isPlain = (tools ?? responseFormat ?? reasoning) === undefined;
  let characters = 0;
  for (const { content } of messages) {
    characters += content.length;
    isPlain &&= typeof content === 'string';
  }
  const full = isPlain ? undefined : parts.get(fullCheckPart);
  if (full !== undefined) return full.requirementsOf(request);
  return {
    tools: false,
    vendorTools: false,
    images: false,
    imagesByURL: false,
    files: [],
    jsonSchema: false,
    reasoning: false,
    references: [],
    outputTokens: maxOutputTokens,
    imageCount: 0,
    mask: false,
    characters,
  };
}

function isPlainSetting(name: string, value: unknown): boolean {
  if (!Object.hasOwn(settings, name)) return false;
  if (value === undefined) return true;
  const type = settings[name as keyof typeof settings];
  if (type === 'boolean') return typeof value === 'boolean';
  return type === 'count' ? Number.isInteger(value) && (value as number) > 0 : Number.isFinite(value);
}

function isPlainMessage(message: unknown): boolean {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return false;
  const { role, content, providerOptions } = message as Partial<Message>;
  return (
    typeof content === 'string' &&
    providerOptions === undefined &&
    (role === 'user' || role === 'assistant' || role === 'system')
  );
}
