import { RequestError } from '../../../errors.ts';
import type { ResolvedChatRequest } from '../../../types/provider.ts';
import type { Message } from '../../../types/request/message.ts';
import type { ChatRequest } from '../../../types/request/request.ts';
import {
  anything,
  count,
  fields,
  flag,
  listOf,
  oneOf,
  optional,
  type Shape,
  text,
} from '../../../util/shape.ts';
import { toJSONSchema } from '../schema.ts';
import { withRequestBytes } from './bytes.ts';
import { messages as messagesShape, origin, providerOptions } from './message-shapes.ts';
import { checkFields, finite, name } from './request-check.ts';
import { jsonSchema } from './schema-shape.ts';
import { checkToolChoice, resolveTools } from './tools.ts';

/** Every field of a request. Fields that depend on others are checked separately. */
const shapes: Readonly<Record<keyof ChatRequest, Shape>> = {
  prompt: text,
  system: text,
  messages: messagesShape,
  schema: anything,
  responseFormat: fields({
    schema: optional(jsonSchema),
    name: optional(name),
    description: optional(text),
  }),
  tools: anything,
  toolChoice: anything,
  maxOutputTokens: count,
  temperature: finite,
  topP: finite,
  topK: finite,
  stopSequences: listOf(text, 'string'),
  seed: finite,
  presencePenalty: finite,
  frequencyPenalty: finite,
  reasoning: oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
  providerOptions,
  includeRaw: flag,
  origin,
};

/** Checks a request and normalizes its form. Throws `RequestError`, which names the field. */
export function normalizeChatRequest(request: ChatRequest): ResolvedChatRequest {
  checkFields(request, shapes);
  const { prompt, system, messages, schema, responseFormat, tools, ...settings } = request;
  const resolved = tools === undefined ? [] : resolveTools(tools);
  if (settings.toolChoice !== undefined) checkToolChoice(settings.toolChoice, resolved);
  return {
    ...settings,
    messages: withRequestBytes(toMessages(prompt, system, messages)),
    ...(resolved.length === 0 ? {} : { tools: resolved }),
    ...toResponseFormat(schema, responseFormat),
  };
}

function toResponseFormat(
  schema: ChatRequest['schema'],
  format: ChatRequest['responseFormat'],
): Pick<ResolvedChatRequest, 'responseFormat'> {
  if (schema !== undefined && format !== undefined)
    throw new RequestError('responseFormat', 'either it or a schema', 'both');
  if (schema !== undefined)
    return { responseFormat: { schema: toJSONSchema('schema', schema), name: 'answer' } };
  return format === undefined ? {} : { responseFormat: { ...format, name: format.name ?? 'answer' } };
}

function toMessages(
  prompt: string | undefined,
  system: string | undefined,
  messages: readonly Message[] | undefined,
): readonly Message[] {
  if ((prompt === undefined) === (messages === undefined)) {
    const got = prompt === undefined ? 'neither' : 'both';
    throw new RequestError('prompt', 'either a prompt or messages', got);
  }
  const thread: readonly Message[] = messages ?? [{ role: 'user', content: prompt ?? '' }];
  return system === undefined ? thread : [{ role: 'system', content: system }, ...thread];
}
