import { RequestError } from '../errors.ts';
import { addUsd } from '../pricing/money.ts';
import type { CallOptions } from '../types/options/call-options.ts';
import type { Message, ToolCallPart, ToolResultPart } from '../types/request/message.ts';
import type { ChatRequest, FunctionTool } from '../types/request/request.ts';
import type { ChatResult } from '../types/result/result.ts';
import type { RunPart, RunRequest, RunResult, RunTool } from '../types/result/run.ts';
import type { StreamPart } from '../types/result/stream-part.ts';
import type { Router } from '../types/router.ts';
import { sumKnown } from '../util/json.ts';
import { show } from '../util/option-check.ts';
import { realAbort } from '../util/time/real-abort.ts';
import { execute } from './execute.ts';

const usualSteps = 10;

/** Calls the model and executes the tools that it calls, until it is done. A thin layer over `chat`. */
export async function run(router: Router, request: RunRequest, options?: CallOptions): Promise<RunResult> {
  const steps = play(request, options, (asked, own) => router.chat(asked, own));
  for (;;) {
    const { done, value } = await steps.next();
    if (done === true) return value;
  }
}

/** One call of the model: its result, or its parts followed by its result. */
export type Ask = (
  request: ChatRequest,
  options: CallOptions,
) => Promise<ChatResult> | AsyncGenerator<StreamPart, ChatResult, undefined>;

/**
 * The parts of all steps, followed by the result of the run. Leaving the loop aborts the call in progress.
 */
export async function* play(
  request: RunRequest,
  options: CallOptions = {},
  ask: Ask,
): AsyncGenerator<RunPart, RunResult, undefined> {
  const {
    prompt,
    system,
    messages: given,
    tools,
    maxSteps = usualSteps,
    stopWhen,
    approve,
    ...settings
  } = checked(request);
  const known = new Map(Object.entries(tools as Readonly<Record<string, RunTool>>));
  const declared = [...known].map(toDeclaration);
  const messages: Message[] = [
    ...(system === undefined ? [] : [{ role: 'system', content: system } as const]),
    ...(given ?? []),
    ...(prompt === undefined ? [] : [{ role: 'user', content: prompt } as const]),
  ];
  const steps: ChatResult[] = [];
  const leaving = realAbort(options.signal);
  const { signal } = leaving;
  try {
    for (;;) {
      const step = steps.length;
      const asked: ChatRequest = { ...settings, messages: [...messages], tools: declared };
      const answering = ask(asked, { ...options, signal });
      const result = answering instanceof Promise ? await answering : yield* ofStep(step, answering);
      steps.push(result);
      messages.push({ role: 'assistant', content: result.content });
      if (result.decision?.lastResort === true) return resultOf(steps, messages, 'last-resort');
      const calls = result.toolCalls.filter(({ providerExecuted }) => providerExecuted !== true);
      if (calls.length === 0) return resultOf(steps, messages, 'done');
      if ((await stopWhen?.(steps)) === true) return resultOf(steps, messages, 'stop-when');
      if (steps.length >= maxSteps) return resultOf(steps, messages, 'max-steps');
      const context = { signal, messages: [...messages] };
      const outputs = calls.map((call) =>
        execute(call, known.get(call.toolName), approve, { ...context, toolCallId: call.toolCallId }),
      );
      const results: ToolResultPart[] = [];
      for await (const [at, output] of asTheyCome(outputs)) {
        const call = calls[at] as ToolCallPart;
        const { toolCallId, toolName } = call;
        results[at] = { type: 'tool-result', toolCallId, toolName, output };
        yield { step, call, output };
      }
      messages.push({ role: 'tool', content: results });
      signal.throwIfAborted();
    }
  } finally {
    leaving.unlink();
    leaving.abort(new DOMException('the run is over', 'AbortError'));
  }
}

async function* ofStep(
  step: number,
  answering: AsyncGenerator<StreamPart, ChatResult, undefined>,
): AsyncGenerator<RunPart, ChatResult, undefined> {
  let isOver = false;
  try {
    for (;;) {
      const { done, value } = await answering.next();
      isOver = done === true;
      if (done === true) return value;
      yield { step, part: value };
    }
  } finally {
    if (!isOver) await answering.return(undefined as never);
  }
}

/** Each value with its index, as soon as it is available. */
async function* asTheyCome<T>(
  all: readonly Promise<T>[],
): AsyncGenerator<readonly [number, T], void, undefined> {
  const left = new Map(all.map((work, at) => [at, work.then((value) => [at, value] as const)]));
  while (left.size > 0) {
    const next = await Promise.race(left.values());
    left.delete(next[0]);
    yield next;
  }
}

function toDeclaration([name, { description, inputSchema }]: [string, RunTool]): FunctionTool {
  return { name, inputSchema, ...(description === undefined ? {} : { description }) };
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
