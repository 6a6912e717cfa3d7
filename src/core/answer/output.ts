import type { Schema, StandardSchema } from '../../types/request/schema.ts';
import type { FinishReason } from '../../types/result/result.ts';
import { isStandardSchema } from '../operations/schema.ts';

/** The value in an answer, or where it violates the schema: paths and rules, never values. */
export type Output = { readonly object: unknown } | { readonly issues: readonly string[] };

/** Reads and validates the JSON in an answer's text. `undefined` for an answer that calls tools. */
export async function readOutput(
  text: string,
  finishReason: FinishReason,
  schema: Schema | undefined,
): Promise<Output> {
  if (schema === undefined || finishReason === 'tool-calls') return { object: undefined };
  if (finishReason === 'content-filter') return { issues: ['the vendor withheld the answer'] };
  const found = jsonIn(text);
  if (found === undefined) {
    const cut = finishReason === 'length' ? ': the token limit cut it off' : '';
    return { issues: [`the answer is not JSON${cut}`] };
  }
  const output = await checkValue(found.value, schema);
  if ('object' in output || typeof found.value !== 'string') return output;
  // JSON encoded as a string: use the inner value unless the schema allows a string.
  const inside = parse(found.value);
  return inside === undefined ? output : checkValue(inside.value, schema);
}

function checkValue(value: unknown, schema: Schema): Promise<Output> {
  return isStandardSchema(schema) ? checkStandard(value, schema) : checkJSONSchema(value, schema);
}

/** Reasoning left in the text by a server that does not recognize the markers of an open model. */
const thoughts = /^\s*<(think|thinking|reasoning)>[\s\S]*?<\/\1>/;
/** A code block, up to the last fence because strings in the JSON can contain one. */
const fenced = /```[ \t]*[\w-]*[ \t]*\r?\n?([\s\S]*)```/;

/** The JSON in an answer: alone, after reasoning, or in a code fence within text. */
function jsonIn(text: string): { readonly value: unknown } | undefined {
  const answer = text.replace(thoughts, '');
  const block = (): string | undefined => fenced.exec(answer)?.[1];
  return parse(answer) ?? parse(block());
}

function parse(text: string | undefined): { readonly value: unknown } | undefined {
  if (text === undefined) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

async function checkStandard(value: unknown, schema: StandardSchema): Promise<Output> {
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return { object: result.value };
  return {
    issues: result.issues.map(({ path }) => {
      const keys = (path ?? []).map((step) => String(typeof step === 'object' ? step.key : step));
      return `${keys.length > 0 ? keys.join('.') : 'the value'} does not match the schema`;
    }),
  };
}

async function checkJSONSchema(value: unknown, schema: Schema): Promise<Output> {
  // Loaded on first use: most applications use a Standard Schema, or none. A failed load is tried again.
  const loaded = await import('@cfworker/json-schema').catch((error: unknown) => ({ error }));
  if ('error' in loaded) return { issues: [`the answer cannot be validated: ${String(loaded.error)}`] };
  const { Validator } = loaded;
  const { valid, errors } = new Validator(schema as object).validate(value);
  if (valid) return { object: value };
  return {
    issues: errors.map(({ instanceLocation, keyword }) => `${instanceLocation} breaks the rule "${keyword}"`),
  };
}
