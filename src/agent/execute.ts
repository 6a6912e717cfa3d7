import type { JSONValue } from '../types/request/json.ts';
import type { ToolCallPart, ToolOutput } from '../types/request/message.ts';
import type { Schema, StandardSchema } from '../types/request/schema.ts';
import type { RunRequest, RunTool, ToolContext } from '../types/result/run.ts';

/** Executes one call. The model gets every error as the call's result. */
export async function execute(
  call: ToolCallPart,
  definition: RunTool | undefined,
  approve: RunRequest['approve'],
  context: ToolContext,
): Promise<ToolOutput> {
  if (definition === undefined) return { type: 'error-text', value: `there is no tool ${call.toolName}` };
  try {
    const input = await validated(call.input, definition.inputSchema);
    const { needsApproval = false } = definition;
    if (typeof needsApproval === 'function' ? needsApproval(input) : needsApproval) {
      const verdict = (await approve?.(call)) ?? false;
      if (verdict !== true)
        return { type: 'execution-denied', ...(typeof verdict === 'string' ? { reason: verdict } : {}) };
    }
    return outputOf(await definition.execute(input, context));
  } catch (error) {
    context.signal?.throwIfAborted();
    return { type: 'error-text', value: error instanceof Error ? error.message : String(error) };
  }
}

/** The input as the schema returns it. Throws an error that helps the model correct it. */
async function validated(input: JSONValue, schema: Schema): Promise<unknown> {
  if (typeof input === 'string') throw new Error('the arguments are not valid JSON');
  const standard = (schema as Partial<StandardSchema>)['~standard'];
  if (standard === undefined) return matching(input, schema);
  const result = await standard.validate(input);
  if (result.issues === undefined) return result.value;
  const pathOf = (path: readonly unknown[] = []): string =>
    path
      .map((key) => (typeof key === 'object' && key !== null && 'key' in key ? String(key.key) : String(key)))
      .join('.');
  throw new Error(
    `invalid arguments: ${result.issues.map(({ message, path }) => `${pathOf(path)}: ${message}`).join('; ')}`,
  );
}

/** Checks an input against a JSON Schema. */
async function matching(input: JSONValue, schema: Schema): Promise<JSONValue> {
  const { Validator } = await import('@cfworker/json-schema');
  const { valid, errors } = new Validator(schema as object, '2020-12', false).validate(input);
  if (valid) return input;
  const places = errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
  throw new Error(`invalid arguments: ${[...new Set(places)].join('; ')}`);
}

const outputTypes = ['text', 'json', 'error-text', 'error-json', 'execution-denied', 'content'];

function outputOf(value: unknown): ToolOutput {
  if (typeof value === 'string') return { type: 'text', value };
  if (value === undefined) return { type: 'text', value: 'done' };
  const { type } = (value ?? {}) as { readonly type?: unknown };
  if (typeof type === 'string' && outputTypes.includes(type)) return value as ToolOutput;
  return { type: 'json', value: JSON.parse(JSON.stringify(value)) as JSONValue };
}
