import { RequestError } from '../errors.ts';
import { addUsd } from '../pricing/money.ts';
import type { CallOptions } from '../types/options/call-options.ts';
import type { JSONValue } from '../types/request/json.ts';
import type { Message, ToolCallPart, ToolOutput, ToolResultPart } from '../types/request/message.ts';
import type { ChatRequest, FunctionTool } from '../types/request/request.ts';
import type { Schema, StandardSchema } from '../types/request/schema.ts';
import type { ChatResult } from '../types/result/result.ts';
import type { RunRequest, RunResult, RunTool, ToolContext } from '../types/result/run.ts';
import type { Router } from '../types/router.ts';
import { sumKnown } from '../util/json.ts';
import { show } from '../util/option-check.ts';

const usualSteps = 10;

/** Calls the model, executes the tools that it calls, and goes on until it is done. A thin layer over `chat` and `stream`. */
export async function run(
  router: Router,
  request: RunRequest,
  options: CallOptions = {},
): Promise<RunResult> {
  const {
    prompt,
    system,
    messages: given,
    tools,
    maxSteps = usualSteps,
    stopWhen,
    approve,
    onPart,
    ...settings
  } = checked(request);
  const known = new Map(Object.entries(tools as Readonly<Record<string, RunTool>>));
  const declared = [...known].map(
    ([name, { description, inputSchema }]): FunctionTool => ({
      name,
      inputSchema,
      ...(description === undefined ? {} : { description }),
    }),
  );
  const messages: Message[] = [
    ...(system === undefined ? [] : [{ role: 'system', content: system } as const]),
    ...(given ?? []),
    ...(prompt === undefined ? [] : [{ role: 'user', content: prompt } as const]),
  ];
  const steps: ChatResult[] = [];
  for (;;) {
    const step = steps.length;
    const asked: ChatRequest = { ...settings, messages: [...messages], tools: declared };
    const result = await ask(
      router,
      asked,
      options,
      onPart === undefined ? undefined : (part) => onPart({ step, part }),
    );
    steps.push(result);
    messages.push({ role: 'assistant', content: result.content });
    const calls = result.toolCalls.filter(({ providerExecuted }) => providerExecuted !== true);
    if (calls.length === 0) return resultOf(steps, messages, 'done');
    if ((await stopWhen?.(steps)) === true) return resultOf(steps, messages, 'stop-when');
    if (steps.length >= maxSteps) return resultOf(steps, messages, 'max-steps');
    const context = { signal: options.signal, messages: [...messages] };
    const results = calls.map(async (call): Promise<ToolResultPart> => {
      const { toolCallId, toolName } = call;
      const output = await execute(call, known.get(toolName), approve, { ...context, toolCallId });
      onPart?.({ step, call, output });
      return { type: 'tool-result', toolCallId, toolName, output };
    });
    messages.push({ role: 'tool', content: await Promise.all(results) });
    options.signal?.throwIfAborted();
  }
}

function checked(request: RunRequest): RunRequest {
  const { tools, maxSteps } = request ?? {};
  if (typeof tools !== 'object' || tools === null || Array.isArray(tools))
    throw new RequestError(
      'run.tools',
      'tools by name: { weather: tool({ inputSchema, execute }) }',
      show(tools),
    );
  for (const [name, each] of Object.entries(tools))
    if (typeof each?.execute !== 'function')
      throw new RequestError(`run.tools.${name}.execute`, 'a function', show(each?.execute));
  if (maxSteps !== undefined && !(Number.isInteger(maxSteps) && maxSteps > 0))
    throw new RequestError('run.maxSteps', 'a whole number of at least 1', show(maxSteps));
  return request;
}

async function ask(
  router: Router,
  request: ChatRequest,
  options: CallOptions,
  onPart: ((part: never) => void) | undefined,
): Promise<ChatResult> {
  if (onPart === undefined) return router.chat(request, options);
  const stream = await router.stream(request, options);
  for await (const part of stream.appendOnly) onPart(part as never);
  return stream.result;
}

/** Executes one call. Whatever goes wrong is the model's to read. */
async function execute(
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

/** The input, if it is of a Standard Schema. Throws what the model needs to correct it. */
async function validated(input: JSONValue, schema: Schema): Promise<unknown> {
  if (typeof input === 'string') throw new Error('the arguments are not valid JSON');
  const standard = (schema as Partial<StandardSchema>)['~standard'];
  if (standard === undefined) return input;
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

const outputTypes = ['text', 'json', 'error-text', 'error-json', 'execution-denied', 'content'];

function outputOf(value: unknown): ToolOutput {
  if (typeof value === 'string') return { type: 'text', value };
  if (value === undefined) return { type: 'text', value: 'done' };
  const { type } = (value ?? {}) as { readonly type?: unknown };
  if (typeof type === 'string' && outputTypes.includes(type)) return value as ToolOutput;
  return { type: 'json', value: JSON.parse(JSON.stringify(value)) as JSONValue };
}

function resultOf(
  steps: readonly ChatResult[],
  messages: readonly Message[],
  stopReason: RunResult['stopReason'],
): RunResult {
  const isPriced = steps.every(({ cost }) => cost !== undefined);
  const costs = steps.flatMap(({ attempts }) => attempts.map(({ cost }) => cost?.total ?? 0));
  const usages = steps.map(({ usage }) => usage);
  const inputTokens = sumKnown(...usages.map((usage) => usage.inputTokens));
  const outputTokens = sumKnown(...usages.map((usage) => usage.outputTokens));
  return {
    text: steps.at(-1)?.text ?? '',
    steps,
    messages,
    stopReason,
    usage: {
      ...(inputTokens === undefined ? {} : { inputTokens }),
      ...(outputTokens === undefined ? {} : { outputTokens }),
    },
    cost: isPriced ? addUsd(...costs) : undefined,
  };
}
