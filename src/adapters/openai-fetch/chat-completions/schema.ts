import * as z from 'zod/mini';
import { extension } from '../shared/extension.ts';
import { anyObject, maybe } from '../validate.ts';

/** `POST /chat/completions`: the fields the router interprets. Others pass through unchanged. */
const text = z.looseObject({ type: z.literal('text'), text: z.string() });
const refusal = z.looseObject({ type: z.literal('refusal'), refusal: z.string() });
const userPart = z.discriminatedUnion('type', [
  text,
  z.looseObject({
    type: z.literal('image_url'),
    image_url: z.looseObject({ url: z.string() }),
  }),
  z.looseObject({
    type: z.literal('input_audio'),
    input_audio: z.strictObject({ data: z.string(), format: z.enum(['wav', 'mp3']) }),
  }),
  z.looseObject({
    type: z.literal('file'),
    file: z.strictObject({
      file_data: z.optional(z.string()),
      file_id: z.optional(z.string()),
      filename: z.optional(z.string()),
    }),
  }),
]);
const texts = z.union([z.string(), z.array(text)]);

const toolCall = z.looseObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});

const message = z.discriminatedUnion('role', [
  z.looseObject({ role: z.enum(['system', 'developer']), content: texts, name: maybe(z.string()) }),
  z.looseObject({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(userPart)]),
    name: maybe(z.string()),
  }),
  z.looseObject({
    role: z.literal('assistant'),
    content: maybe(z.union([z.string(), z.array(z.discriminatedUnion('type', [text, refusal]))])),
    refusal: maybe(z.string()),
    reasoning_content: maybe(z.string()),
    tool_calls: maybe(z.array(toolCall)),
    audio: maybe(z.looseObject({ id: z.string(), data: z.optional(z.string()) })),
    name: maybe(z.string()),
  }),
  z.looseObject({ role: z.literal('tool'), tool_call_id: z.string(), content: texts }),
]);

const functionTool = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({
    name: z.string(),
    description: maybe(z.string()),
    parameters: maybe(anyObject),
    strict: maybe(z.boolean()),
  }),
});

const named = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({ name: z.string() }),
});

export const body = z.looseObject({
  model: z.string(),
  messages: z.array(message),
  stream: maybe(z.boolean()),
  stream_options: maybe(z.looseObject({ include_usage: maybe(z.boolean()) })),
  tools: maybe(z.array(functionTool)),
  tool_choice: maybe(
    z.union([
      z.enum(['none', 'auto', 'required']),
      named,
      z.looseObject({
        type: z.literal('allowed_tools'),
        allowed_tools: z.looseObject({ mode: z.enum(['auto', 'required']), tools: z.array(named) }),
      }),
    ]),
  ),
  parallel_tool_calls: maybe(z.boolean()),
  response_format: maybe(
    z.discriminatedUnion('type', [
      z.looseObject({ type: z.literal('text') }),
      z.looseObject({ type: z.literal('json_object') }),
      z.looseObject({
        type: z.literal('json_schema'),
        json_schema: z.looseObject({ name: z.string(), schema: maybe(anyObject) }),
      }),
    ]),
  ),
  reasoning_effort: maybe(z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])),
  max_tokens: maybe(z.int()),
  max_completion_tokens: maybe(z.int()),
  temperature: maybe(z.number()),
  top_p: maybe(z.number()),
  top_k: maybe(z.number()),
  stop: maybe(z.union([z.string(), z.array(z.string())])),
  seed: maybe(z.number()),
  presence_penalty: maybe(z.number()),
  frequency_penalty: maybe(z.number()),
  n: maybe(z.int()),
  logprobs: maybe(z.boolean()),
  top_logprobs: maybe(z.int()),
  verbosity: maybe(z.enum(['low', 'medium', 'high'])),
  modalities: maybe(z.array(z.string())),
  signalbox: extension,
});

export type Body = z.output<typeof body>;
export type WireMessage = z.output<typeof message>;
export type WireUserPart = z.output<typeof userPart>;
