import * as z from 'zod/mini';
import { extension } from '../shared/extension.ts';
import { anyObject, maybe } from '../validate.ts';

/** `POST /responses`: the fields the router interprets. Others pass through unchanged. */
export const inputPart = z.discriminatedUnion('type', [
  z.looseObject({ type: z.enum(['input_text', 'output_text']), text: z.string() }),
  z.looseObject({ type: z.literal('refusal'), refusal: z.string() }),
  z.looseObject({ type: z.literal('input_image'), image_url: maybe(z.string()), file_id: maybe(z.string()) }),
  z.looseObject({
    type: z.literal('input_file'),
    file_data: z.optional(z.string()),
    file_url: z.optional(z.string()),
    file_id: maybe(z.string()),
    filename: z.optional(z.string()),
  }),
  z.looseObject({
    type: z.literal('input_audio'),
    input_audio: z.strictObject({ data: z.string(), format: z.enum(['wav', 'mp3']) }),
  }),
]);

const content = z.union([z.string(), z.array(inputPart)]);

export const messageItem = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content,
});

export const callItem = z.looseObject({ call_id: z.string(), name: z.string(), arguments: z.string() });

export const outputItem = z.looseObject({ call_id: z.string(), output: z.unknown() });

export const functionOutput = content;

export const reasoningItem = z.looseObject({
  summary: z.array(z.looseObject({ text: z.string() })),
  encrypted_content: maybe(z.string()),
});

/** Any other item. */
const item = z.looseObject({ type: z.optional(z.string()) });

const tool = z.looseObject({ type: z.string() });

export const functionTool = z.looseObject({
  name: z.string(),
  description: maybe(z.string()),
  parameters: maybe(anyObject),
  strict: maybe(z.boolean()),
});

export const body = z.looseObject({
  model: z.string(),
  input: z.union([z.string(), z.array(item)]),
  instructions: maybe(z.string()),
  stream: maybe(z.boolean()),
  tools: maybe(z.array(tool)),
  tool_choice: maybe(
    z.union([
      z.enum(['none', 'auto', 'required']),
      z.looseObject({
        type: z.literal('allowed_tools'),
        mode: z.enum(['auto', 'required']),
        tools: z.array(tool),
      }),
      tool,
    ]),
  ),
  parallel_tool_calls: maybe(z.boolean()),
  text: maybe(
    z.looseObject({
      format: maybe(
        z.discriminatedUnion('type', [
          z.looseObject({ type: z.literal('text') }),
          z.looseObject({ type: z.literal('json_object') }),
          z.looseObject({ type: z.literal('json_schema'), name: z.string(), schema: anyObject }),
        ]),
      ),
      verbosity: maybe(z.enum(['low', 'medium', 'high'])),
    }),
  ),
  reasoning: maybe(
    z.looseObject({
      effort: maybe(z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])),
    }),
  ),
  max_output_tokens: maybe(z.int()),
  temperature: maybe(z.number()),
  top_p: maybe(z.number()),
  background: maybe(z.boolean()),
  previous_response_id: maybe(z.string()),
  signalbox: extension,
});

export type Body = z.output<typeof body>;
export type InputItem = z.output<typeof item>;
export type InputPart = z.output<typeof inputPart>;
