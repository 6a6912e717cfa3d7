import * as z from 'zod/mini';
import { extension } from '../shared/extension.ts';
import { anyObject, maybe } from '../validate.ts';

/** `POST /messages`: the fields the router interprets. Others pass through unchanged. */
const text = z.looseObject({ type: z.literal('text'), text: z.string() });
const address = z.looseObject({ type: z.literal('url'), url: z.string() });
const uploaded = z.looseObject({ type: z.literal('file'), file_id: z.string() });
const base64 = z.looseObject({ type: z.literal('base64'), media_type: z.string(), data: z.string() });

const image = z.looseObject({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [base64, address, uploaded]),
});
const document = z.looseObject({
  type: z.literal('document'),
  source: z.discriminatedUnion('type', [
    base64,
    z.looseObject({ type: z.literal('text'), data: z.string() }),
    address,
    uploaded,
  ]),
  title: maybe(z.string()),
});

const shown = z.discriminatedUnion('type', [text, image, document]);
const result = z.looseObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: maybe(z.union([z.string(), z.array(shown)])),
  is_error: maybe(z.boolean()),
});

/** A block of a user message. */
export const userBlock = z.discriminatedUnion('type', [text, image, document, result]);

/** A block of an assistant message; other types belong to the vendor's own tools. */
export const assistantBlock = z.discriminatedUnion('type', [
  text,
  z.looseObject({ type: z.literal('thinking'), thinking: z.string(), signature: maybe(z.string()) }),
  z.looseObject({ type: z.literal('redacted_thinking'), data: z.string() }),
  z.looseObject({
    type: z.literal('tool_use'),
    id: z.string(),
    name: z.string(),
    input: z.unknown(),
  }),
]);

const block = z.looseObject({ type: z.string() });

export const body = z.looseObject({
  model: z.string(),
  max_tokens: z.int(),
  messages: z.array(
    z.looseObject({
      role: z.enum(['user', 'assistant', 'system']),
      content: z.union([z.string(), z.array(block)]),
    }),
  ),
  system: maybe(z.union([z.string(), z.array(text)])),
  stream: maybe(z.boolean()),
  stop_sequences: maybe(z.array(z.string())),
  temperature: maybe(z.number()),
  top_p: maybe(z.number()),
  top_k: maybe(z.number()),
  tools: maybe(z.array(z.looseObject({ type: maybe(z.string()), name: z.string() }))),
  tool_choice: maybe(
    z.looseObject({
      type: z.enum(['auto', 'any', 'tool', 'none']),
      name: z.optional(z.string()),
      disable_parallel_tool_use: maybe(z.boolean()),
    }),
  ),
  thinking: maybe(z.looseObject({ type: z.string(), budget_tokens: maybe(z.number()) })),
  output_config: maybe(
    z.looseObject({
      effort: maybe(z.enum(['low', 'medium', 'high', 'xhigh', 'max'])),
      format: maybe(z.looseObject({ type: z.literal('json_schema'), schema: anyObject })),
    }),
  ),
  signalbox: extension,
});

export const tool = z.looseObject({
  name: z.string(),
  description: maybe(z.string()),
  input_schema: anyObject,
  strict: maybe(z.boolean()),
});

export type Body = z.output<typeof body>;
export type Block = z.output<typeof block>;
export type UserBlock = z.output<typeof userBlock>;
export type ShownBlock = z.output<typeof shown>;
export type ResultBlock = z.output<typeof result>;
