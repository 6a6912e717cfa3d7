import type { BaseLanguageModelInput } from '@langchain/core/language_models/base';
import type { AIMessageChunk, BaseMessage } from '@langchain/core/messages';
import { JsonOutputParser, OutputParserException } from '@langchain/core/output_parsers';
import { type Runnable, RunnableLambda, RunnableSequence } from '@langchain/core/runnables';
import { toJsonSchema } from '@langchain/core/utils/json_schema';
import { ConfigError } from '../../errors.ts';
import type { JSONSchema } from '../../types/request/json.ts';
import type { StandardSchema } from '../../types/request/schema.ts';
import { asObject, asText, type Wire } from '../../util/json.ts';
import { textOf } from './messages.ts';

/** How structured output is requested and parsed. */
export interface Structure {
  readonly method: 'jsonSchema' | 'functionCalling';
  readonly name: string;
  readonly description: string;
  readonly json: JSONSchema;
  /** Parses a message to the schema's type. */
  readonly parser: Runnable<AIMessageChunk, Record<string, unknown>>;
}

/** LangChain's options of structured output. */
export interface StructureOptions {
  readonly name?: string;
  readonly method?: string;
}

/**
 * @throws ConfigError for an unknown method
 */
export function toStructure(schema: unknown, { name, method = 'jsonSchema' }: StructureOptions): Structure {
  if (method !== 'jsonSchema' && method !== 'functionCalling') {
    const expected = "'jsonSchema' or 'functionCalling'";
    throw new ConfigError('withStructuredOutput.method', expected, JSON.stringify(method));
  }
  if (!hasFields(schema))
    throw new ConfigError('withStructuredOutput.schema', 'a zod or JSON schema', typeof schema);
  const given = schema;
  // OpenAI's function form is accepted too.
  const inner = '~standard' in given ? undefined : asObject(given['parameters']);
  const json = asObject(inner ?? toJsonSchema(given)) ?? {};
  const found = name ?? asText(given['name']) ?? asText(json['title']) ?? 'extract';
  const parts = {
    name: found,
    description: asText(given['description']) ?? asText(json['description']) ?? 'The answer in this format.',
    json: json as JSONSchema,
  };
  return { method, ...parts, parser: parserOf(given, method, found) };
}

/** An object, or a function, which the schemas of some libraries are. */
function hasFields(value: unknown): value is Wire {
  return typeof value === 'function' || asObject(value) !== undefined;
}

function parserOf(
  schema: Wire,
  method: Structure['method'],
  name: string,
): Runnable<AIMessageChunk, Record<string, unknown>> {
  const validate = validatorOf(schema);
  // Yields partial objects while the answer arrives.
  if (validate === undefined && method === 'jsonSchema')
    return new JsonOutputParser() as Runnable<AIMessageChunk, Record<string, unknown>>;
  return RunnableLambda.from(async (message: AIMessageChunk) => {
    const value = method === 'jsonSchema' ? parsed(textOf(message.content)) : calledWith(message, name);
    return (validate === undefined ? value : await validate(value)) as Record<string, unknown>;
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OutputParserException('The answer is not JSON.', text);
  }
}

function calledWith(message: AIMessageChunk, name: string): unknown {
  const call = message.tool_calls?.find((candidate) => candidate.name === name);
  if (call !== undefined) return call.args;
  throw new OutputParserException(`The answer does not call ${name}.`, textOf(message.content));
}

/** Validates with a Standard Schema; `undefined` for JSON Schema, which the router has already validated. */
function validatorOf(schema: Wire): ((value: unknown) => Promise<unknown>) | undefined {
  const standard = schema['~standard'] as StandardSchema['~standard'] | undefined;
  if (standard === undefined) return undefined;
  return async (value) => {
    const outcome = await standard.validate(value);
    if (outcome.issues === undefined) return outcome.value;
    throw new OutputParserException('The answer does not match the schema.', JSON.stringify(value));
  };
}

/** The parsed value; with `includeRaw` beside the message, and `null` if parsing failed. */
export function withParser<T extends Record<string, unknown>>(
  model: Runnable<BaseLanguageModelInput, AIMessageChunk>,
  { parser }: Structure,
  includeRaw: boolean,
): Runnable<BaseLanguageModelInput, T> | Runnable<BaseLanguageModelInput, { raw: BaseMessage; parsed: T }> {
  if (!includeRaw) {
    return model.pipe(parser).withConfig({ runName: 'StructuredOutput' }) as Runnable<
      BaseLanguageModelInput,
      T
    >;
  }
  type Read = { raw: AIMessageChunk; parsed: Record<string, unknown> | null };
  const read = RunnableLambda.from<{ raw: AIMessageChunk }, Read>(async ({ raw }, config) => {
    try {
      return { raw, parsed: await parser.invoke(raw, config) };
    } catch {
      return { raw, parsed: null };
    }
  });
  const sequence = RunnableSequence.from([{ raw: model }, read]);
  return sequence.withConfig({ runName: 'StructuredOutputRunnable' }) as Runnable<
    BaseLanguageModelInput,
    { raw: BaseMessage; parsed: T }
  >;
}
