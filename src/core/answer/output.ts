import type { Schema, StandardSchema } from '../../types/request/schema.ts';
import type { FinishReason } from '../../types/result/result.ts';
import { isStandardSchema } from '../operations/schema.ts';

/** The value in an answer, or where it differs from what was asked for: paths and rules, never values. */
export type Output = { readonly object: unknown } | { readonly issues: readonly string[] };

/** Reads and checks the JSON in an answer's text. An answer that calls tools has none yet: `undefined`. */
export async function readOutput(
  text: string,
  finishReason: FinishReason,
  schema: Schema | undefined,
): Promise<Output> {
  if (schema === undefined || finishReason === 'tool-calls') return { object: undefined };
  if (finishReason === 'content-filter') return { issues: ['the vendor withheld the answer'] };
  const found = jsonIn(text);
  if (found === undefined) {
    const cut = finishReason === 'length' ? ': the token limit cut it' : '';
    return { issues: [`the answer is not JSON${cut}`] };
  }
  const output = await checkValue(found.value, schema);
  if ('object' in output || typeof found.value !== 'string') return output;
  // JSON as a string of JSON: what is inside is meant, where the schema allows no string.
  const inside = parse(found.value);
  return inside === undefined ? output : checkValue(inside.value, schema);
}

function checkValue(value: unknown, schema: Schema): Promise<Output> {
  return isStandardSchema(schema) ? checkStandard(value, schema) : checkJSONSchema(value, schema);
}

/** Thoughts that a server leaves in the text, as those of open models do that do not know their marks. */
const thoughts = /^\s*<(think|thinking|reasoning)>[\s\S]*?<\/\1>/;
/** A block of code: up to the last fence, because a text inside the JSON can hold one. */
const fenced = /```[ \t]*[\w-]*[ \t]*\r?\n?([\s\S]*)```/;

/** The JSON in an answer: alone, after thoughts, or in a code fence with words around it. */
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
      return `${keys.length > 0 ? keys.join('.') : 'the value'} is not as the schema says`;
    }),
  };
}

async function checkJSONSchema(value: unknown, schema: Schema): Promise<Output> {
  // Loaded when first needed: most applications use a Standard Schema, or none. What cannot be loaded now is loaded again.
  const loaded = await import('@cfworker/json-schema').catch((error: unknown) => ({ error }));
  if ('error' in loaded) return { issues: [`it cannot be checked: ${String(loaded.error)}`] };
  const { Validator } = loaded;
  const { valid, errors } = new Validator(schema as object).validate(value);
  if (valid) return { object: value };
  return {
    issues: errors.map(({ instanceLocation, keyword }) => `${instanceLocation} breaks the rule "${keyword}"`),
  };
}
