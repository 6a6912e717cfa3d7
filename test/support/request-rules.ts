import { fileURLToPath } from 'node:url';
import { Validator } from '@cfworker/json-schema';
import { createGenerator } from 'ts-json-schema-generator';

/**
 * The vendors' own rules for requests: the types of their SDKs, turned into JSON Schema, and what their documentation says
 * beyond types. A body that breaks none of them is one that the vendor's server has no reason to refuse.
 */

type Body = Readonly<Record<string, unknown>>;
type VendorType = 'ChatCompletions' | 'Responses' | 'Messages' | 'Gemini' | AnswerType;
export type AnswerType =
  | 'ChatAnswer'
  | 'ChatEvent'
  | 'ResponsesAnswer'
  | 'ResponsesEvent'
  | 'MessagesAnswer'
  | 'MessagesEvent';

const validators = new Map<string, Validator>();
const schemas = new Map<VendorType, Body>();

/** @param member of a union of events: the one of that type, whose faults then are the only ones reported */
function validatorFor(type: VendorType, member?: unknown): Validator {
  const key = `${type} ${member}`;
  const known = validators.get(key);
  if (known !== undefined) return known;
  const schema = schemaFor(type);
  const { definitions } = schema as { readonly definitions: Readonly<Record<string, Body>> };
  const named = ({ $ref }: Body): Body =>
    definitions[decodeURIComponent(String($ref).replace('#/definitions/', ''))] ?? {};
  let union = definitions[type] ?? {};
  while (union['$ref'] !== undefined) union = named(union);
  const branch = list(union['anyOf']).find((entry) => {
    const { properties } = named(entry);
    return (properties as { type?: { const?: unknown } } | undefined)?.type?.const === member;
  });
  const validator = new Validator({ ...schema, ...branch } as object, '7', false);
  validators.set(key, validator);
  return validator;
}

function schemaFor(type: VendorType): Body {
  const known = schemas.get(type);
  if (known !== undefined) return known;
  const generator = createGenerator({
    path: fileURLToPath(new URL('./vendor-types.ts', import.meta.url)),
    tsconfig: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)),
    type,
    skipTypeCheck: true,
    additionalProperties: false,
  });
  const schema = generator.createSchema(type) as Body;
  schemas.set(type, schema);
  return schema;
}

/** Where a body differs from the SDK's type: the deepest places, because the others only say that something below is wrong. */
function typeFaults(type: VendorType, body: unknown, member?: unknown): readonly string[] {
  const { valid, errors } = validatorFor(type, member).validate(body);
  if (valid) return [];
  const depth = Math.max(...errors.map(({ instanceLocation }) => instanceLocation.split('/').length));
  const deepest = errors.filter(({ instanceLocation }) => instanceLocation.split('/').length === depth);
  return deepest.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
}

/** Where an answer, or an event of one, differs from what the SDK says that it is. */
export function answerFaults(type: AnswerType, body: Body): readonly string[] {
  return typeFaults(type, body, body['type']);
}

const list = (value: unknown): readonly Body[] => (Array.isArray(value) ? value : []);

/** https://platform.openai.com/docs/api-reference/chat/create */
export function chatCompletionsFaults(body: Body, idPattern = /^.{1,40}$/): readonly string[] {
  const faults = [...typeFaults('ChatCompletions', body)];
  let open: unknown[] = [];
  for (const [index, message] of list(body['messages']).entries()) {
    if (message['role'] === 'tool') {
      if (!open.includes(message['tool_call_id'])) faults.push(`messages[${index}]: answers no call`);
      open = open.filter((id) => id !== message['tool_call_id']);
      continue;
    }
    if (open.length > 0) faults.push(`messages[${index}]: comes before ${open.length} calls are answered`);
    open = list(message['tool_calls']).map(({ id }) => id);
    for (const id of open) if (!idPattern.test(String(id))) faults.push(`messages[${index}]: id ${id}`);
    const { content } = message;
    if (Array.isArray(content) && content.length === 0) faults.push(`messages[${index}]: empty content`);
    if (message['role'] === 'assistant' && content === null && open.length === 0)
      faults.push(`messages[${index}]: neither content nor calls`);
  }
  if (open.length > 0) faults.push('calls without an answer');
  return faults;
}

/** https://platform.openai.com/docs/guides/reasoning#keeping-reasoning-items-in-context, /docs/guides/function-calling */
export function responsesFaults(body: Body): readonly string[] {
  const faults = [...typeFaults('Responses', body)];
  const items = list(body['input']);
  const called = items.filter(({ type }) => type === 'function_call').map((item) => item['call_id']);
  const answered = items.filter(({ type }) => type === 'function_call_output').map((item) => item['call_id']);
  for (const id of called) {
    if (!answered.includes(id)) faults.push(`call ${id} has no output`);
    if (String(id).length > 64) faults.push(`call_id of ${String(id).length} characters`);
  }
  for (const id of answered) if (!called.includes(id)) faults.push(`output ${id} answers no call`);
  const ids = items.flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
  if (new Set(ids).size !== ids.length) faults.push('an id stands twice');
  for (const [index, item] of items.entries()) {
    if (item['type'] !== 'reasoning') continue;
    const next = items[index + 1];
    const follows = next !== undefined && next['role'] !== 'user' && next['type'] !== 'function_call_output';
    if (!follows) faults.push(`input[${index}]: reasoning without the item that it led to`);
  }
  return faults;
}

/**
 * https://platform.claude.com/docs/en/api/messages,
 * https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use,
 * https://platform.claude.com/docs/en/build-with-claude/extended-thinking#extended-thinking-with-tool-use
 */
export function messagesFaults(body: Body): readonly string[] {
  const faults = [...typeFaults('Messages', body)];
  const messages = list(body['messages']);
  if (messages[0]?.['role'] !== 'user') faults.push('the first message is not the user’s');
  let open: unknown[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    if (role === messages[index - 1]?.['role']) faults.push(`messages[${index}]: two turns of one side`);
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : list(content);
    const results = blocks.filter(({ type }) => type === 'tool_result');
    if (blocks.slice(0, results.length).some(({ type }) => type !== 'tool_result'))
      faults.push(`messages[${index}]: results do not come first`);
    for (const id of open)
      if (!results.some((block: Body) => block['tool_use_id'] === id))
        faults.push(`call ${id} has no result`);
    for (const { tool_use_id } of results as Body[])
      if (!open.includes(tool_use_id)) faults.push(`result ${tool_use_id} answers no call`);
    open = blocks.filter(({ type }) => type === 'tool_use').map((block: Body) => block['id']);
    for (const id of open) if (!/^[a-zA-Z0-9_-]+$/.test(String(id))) faults.push(`id ${id}`);
    for (const { type, text } of blocks)
      if (type === 'text' && String(text).trim() === '') faults.push(`messages[${index}]: blank text`);
  }
  if (open.length > 0) faults.push('calls without a result');
  const [turn, answer] = messages.slice(-2);
  const thinks = (body['thinking'] as Body | undefined)?.['type'] === 'enabled';
  const inLoop = list(answer?.['content']).some(({ type }) => type === 'tool_result');
  const first = list(turn?.['content'])[0]?.['type'];
  if (thinks && inLoop && first !== 'thinking' && first !== 'redacted_thinking')
    faults.push('with thinking on, the turn that tools answer has to begin with thinking');
  return faults;
}

/** https://ai.google.dev/gemini-api/docs/function-calling, https://ai.google.dev/gemini-api/docs/thought-signatures */
export function geminiFaults(body: Body, needsSignatures: boolean): readonly string[] {
  const { contents, systemInstruction, tools, toolConfig } = body;
  const known = JSON.parse(JSON.stringify({ contents, systemInstruction, tools, toolConfig })) as Body;
  const faults = [...typeFaults('Gemini', known)];
  const turns = list(contents);
  if (turns[0]?.['role'] !== 'user') faults.push('the first content is not the user’s');
  for (const [index, { role, parts }] of turns.entries()) {
    if (role === turns[index - 1]?.['role']) faults.push(`contents[${index}]: two turns of one side`);
    if (list(parts).length === 0) faults.push(`contents[${index}]: no parts`);
    const calls = list(parts).filter(({ functionCall }) => functionCall !== undefined);
    const answers = list(turns[index + 1]?.['parts']).filter(
      ({ functionResponse }) => functionResponse !== undefined,
    );
    if (calls.length !== answers.length && role === 'model')
      faults.push(`contents[${index}]: ${calls.length} calls, ${answers.length} responses`);
    if (needsSignatures && calls.length > 0 && calls[0]?.['thoughtSignature'] === undefined)
      faults.push(`contents[${index}]: the first call has no signature`);
  }
  return faults;
}
