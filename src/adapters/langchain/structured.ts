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

/** How an answer of a shape is asked for and read. */
export interface Structure {
  readonly method: 'jsonSchema' | 'functionCalling';
  readonly name: string;
  readonly description: string;
  readonly json: JSONSchema;
  /** Makes of a message what the schema says. */
  readonly parser: Runnable<AIMessageChunk, Record<string, unknown>>;
}

/** What LangChain lets a user say of it. */
export interface StructureOptions {
  readonly name?: string;
  readonly method?: string;
}

/**
 * @throws ConfigError for a method that is not known here
 */
export function toStructure(schema: unknown, { name, method = 'jsonSchema' }: StructureOptions): Structure {
  if (method !== 'jsonSchema' && method !== 'functionCalling') {
    const expected = "'jsonSchema' or 'functionCalling'";
    throw new ConfigError('withStructuredOutput.method', expected, JSON.stringify(method));
  }
  // Some libraries' schemas are functions.
  const given = typeof schema === 'function' ? (schema as unknown as Wire) : asObject(schema);
  if (given === undefined) {
    throw new ConfigError('withStructuredOutput.schema', 'a zod or JSON schema', typeof schema);
  }
  // OpenAI's form of a function is taken as well.
  const inner = '~standard' in given ? undefined : asObject(given['parameters']);
  const json = asObject(inner ?? toJsonSchema(given)) ?? {};
  const found = name ?? asText(given['name']) ?? asText(json['title']) ?? 'extract';
  const parts = {
    name: found,
    description: asText(given['description']) ?? asText(json['description']) ?? 'The answer in this form.',
    json: json as JSONSchema,
  };
  return { method, ...parts, parser: parserOf(given, method, found) };
}

function parserOf(
  schema: Wire,
  method: Structure['method'],
  name: string,
): Runnable<AIMessageChunk, Record<string, unknown>> {
  const validate = validatorOf(schema);
  // This gives what has come so far, piece by piece.
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
    throw new OutputParserException('The answer is no JSON.', text);
  }
}

function calledWith(message: AIMessageChunk, name: string): unknown {
  const call = message.tool_calls?.find((candidate) => candidate.name === name);
  if (call !== undefined) return call.args;
  throw new OutputParserException(`The answer does not call ${name}.`, textOf(message.content));
}

/** What a Standard Schema says of a value; `undefined` for JSON Schema, against which the router has checked. */
function validatorOf(schema: Wire): ((value: unknown) => Promise<unknown>) | undefined {
  const standard = schema['~standard'] as StandardSchema['~standard'] | undefined;
  if (standard === undefined) return undefined;
  return async (value) => {
    const outcome = await standard.validate(value);
    if (outcome.issues === undefined) return outcome.value;
    throw new OutputParserException('The answer does not match the schema.', JSON.stringify(value));
  };
}

/** What the message came to; with `includeRaw` beside the message, and `null` where it could not be read. */
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
