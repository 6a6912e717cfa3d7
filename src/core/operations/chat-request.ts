import { RequestError } from '../../errors.ts';
import type { ResolvedChatRequest, ResolvedTool } from '../../types/provider.ts';
import type { Message } from '../../types/request/message.ts';
import type { ChatRequest, ResponseFormat, Tool } from '../../types/request/request.ts';
import type { Schema } from '../../types/request/schema.ts';
import { toJSONSchema } from './schema.ts';

const fields = new Set([
  'prompt',
  'system',
  'messages',
  'schema',
  'responseFormat',
  'tools',
  'toolChoice',
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'stopSequences',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'reasoning',
  'providerOptions',
  'includeRaw',
  'origin',
]);
const numbers = [
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
] as const;
const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
const roles = ['system', 'user', 'assistant', 'tool'];

/** Checks a request and folds its forms into one. Throws `RequestError`, which names the field. */
export function normalizeChatRequest(request: ChatRequest): ResolvedChatRequest {
  if (typeof request !== 'object' || request === null) {
    throw new RequestError('request', 'an object', describe(request));
  }
  for (const field of Object.keys(request)) {
    if (!fields.has(field))
      throw new RequestError(field, `a field of a request (${[...fields].join(', ')})`, 'an unknown one');
  }
  const { prompt, system, messages, schema, responseFormat, tools, ...settings } = request;
  for (const field of numbers) {
    const value = request[field];
    if (value !== undefined && !Number.isFinite(value))
      throw new RequestError(field, 'a finite number', describe(value));
  }
  const { maxOutputTokens } = request;
  if (maxOutputTokens !== undefined && (!Number.isInteger(maxOutputTokens) || maxOutputTokens < 1)) {
    throw new RequestError('maxOutputTokens', 'a whole number of at least 1', String(maxOutputTokens));
  }
  if (request.reasoning !== undefined && !efforts.includes(request.reasoning)) {
    throw new RequestError('reasoning', `one of ${efforts.join(', ')}`, describe(request.reasoning));
  }
  const resolved = tools?.map(resolveTool);
  checkToolChoice(request, resolved);
  return {
    ...settings,
    messages: toMessages(prompt, system, messages),
    ...(resolved === undefined || resolved.length === 0 ? {} : { tools: resolved }),
    ...toResponseFormat(schema, responseFormat),
  };
}

function toResponseFormat(
  schema: Schema | undefined,
  format: ResponseFormat | undefined,
): Pick<ResolvedChatRequest, 'responseFormat'> {
  if (schema === undefined && format === undefined) return {};
  if (schema !== undefined && format !== undefined)
    throw new RequestError('responseFormat', 'either it or a schema', 'both');
  if (schema !== undefined)
    return { responseFormat: { schema: toJSONSchema('schema', schema), name: 'answer' } };
  if (typeof format !== 'object' || format === null)
    throw new RequestError('responseFormat', 'an object', describe(format));
  return { responseFormat: { ...format, name: format.name ?? 'answer' } };
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
  if (prompt !== undefined && typeof prompt !== 'string')
    throw new RequestError('prompt', 'a string', describe(prompt));
  if (system !== undefined && typeof system !== 'string')
    throw new RequestError('system', 'a string', describe(system));
  const thread: readonly Message[] =
    prompt === undefined ? checkMessages(messages) : [{ role: 'user', content: prompt }];
  return system === undefined ? thread : [{ role: 'system', content: system }, ...thread];
}

function checkMessages(messages: readonly Message[] | undefined): readonly Message[] {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new RequestError('messages', 'a list of at least one message', describe(messages));
  }
  const list: readonly Message[] = messages;
  for (const [index, message] of list.entries()) {
    const at = `messages[${index}]`;
    if (!roles.includes(message?.role)) {
      throw new RequestError(`${at}.role`, `one of ${roles.join(', ')}`, describe(message?.role));
    }
    const text = typeof message.content === 'string' && message.role !== 'tool';
    const parts = Array.isArray(message.content) && message.role !== 'system';
    if (!text && !parts) {
      const expected =
        { system: 'a string', tool: 'a list of tool results' }[message.role as string] ??
        'a string or a list of parts';
      throw new RequestError(`${at}.content`, expected, describe(message.content));
    }
    if (parts)
      for (const [position, part] of message.content.entries())
        checkPart(`${at}.content[${position}]`, message.role, part);
  }
  return list;
}

const partsOf: Readonly<Record<string, readonly string[]>> = {
  user: ['text', 'image', 'file'],
  assistant: [
    'text',
    'reasoning',
    'tool-call',
    'tool-result',
    'file',
    'source',
    'tool-approval-request',
    'reasoning-file',
    'custom',
  ],
  tool: ['tool-result', 'tool-approval-response'],
};

function checkPart(at: string, role: string, part: unknown): void {
  const type = (part as { type?: unknown } | null)?.type;
  const known = partsOf[role] ?? [];
  if (typeof type !== 'string' || !known.includes(type)) {
    throw new RequestError(`${at}.type`, `one of ${known.join(', ')}`, describe(type));
  }
}

function resolveTool(tool: Tool, index: number): ResolvedTool {
  const at = `tools[${index}]`;
  if (typeof tool?.name !== 'string' || tool.name === '') {
    throw new RequestError(`${at}.name`, 'a name', describe(tool?.name));
  }
  if (tool.type === 'provider') return tool;
  if (typeof tool.inputSchema !== 'object' || tool.inputSchema === null) {
    throw new RequestError(
      `${at}.inputSchema`,
      'a JSON Schema or a Standard Schema',
      describe(tool.inputSchema),
    );
  }
  return { ...tool, type: 'function', inputSchema: toJSONSchema(`${at}.inputSchema`, tool.inputSchema) };
}

function checkToolChoice({ toolChoice }: ChatRequest, tools: readonly ResolvedTool[] | undefined): void {
  if (toolChoice === undefined) return;
  if (typeof toolChoice === 'object') {
    const names = (tools ?? []).map(({ name }) => name);
    if (!names.includes(toolChoice.toolName)) {
      throw new RequestError(
        'toolChoice.toolName',
        'the name of one of the tools',
        describe(toolChoice.toolName),
      );
    }
  } else if (!['auto', 'none', 'required'].includes(toolChoice)) {
    throw new RequestError(
      'toolChoice',
      "'auto', 'none', 'required' or { type: 'tool', toolName }",
      describe(toolChoice),
    );
  }
}

/** A value in an error: short, and never a prompt. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string')
    return value.length <= 20 && /^[\w./-]*$/.test(value) ? `'${value}'` : 'another string';
  if (typeof value === 'object') return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
