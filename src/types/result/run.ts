import type { Message, ToolCallPart, ToolOutput } from '../request/message.ts';
import type { RequestSettings } from '../request/request.ts';
import type { InferSchema, Schema } from '../request/schema.ts';
import type { ChatResult } from './result.ts';
import type { StreamPart } from './stream-part.ts';
import type { Usage } from './usage.ts';

/** What a tool's `execute` receives beside its input. */
export interface ToolContext {
  /** The id of the call. */
  readonly toolCallId: string;
  /** Aborts with the run. */
  readonly signal: AbortSignal | undefined;
  /** The conversation up to the call. */
  readonly messages: readonly Message[];
}

/** A tool that `router.run` executes. Make it with `tool()`, which infers the type of the input. */
export interface RunTool<S extends Schema = Schema> {
  /** What it does and when to use it, for the model. */
  readonly description?: string;
  /** JSON Schema or Standard Schema of the input, which validates it; the model receives what is wrong. */
  readonly inputSchema: S;
  /** A string, a JSON value, or a `ToolOutput`. What it throws is given to the model as an error. */
  execute(input: InferSchema<S>, context: ToolContext): unknown;
  /** Whether `approve` is asked before it is executed. @default false */
  readonly needsApproval?: boolean | ((input: InferSchema<S>) => boolean);
}

/** A request of `router.run`. */
export interface RunRequest extends Omit<RequestSettings, 'tools' | 'origin' | 'includeRaw'> {
  /** The user's message, after `messages`. */
  readonly prompt?: string;
  /** Instructions, before `messages`. */
  readonly system?: string;
  /** The conversation so far. */
  readonly messages?: readonly Message[];
  /** Tools by name. */
  // The input's type is each tool's own.
  readonly tools: Readonly<Record<string, RunTool<never> | RunTool>>;
  /** Maximum number of model calls. @default 10 */
  readonly maxSteps?: number;
  /** Ends the run after a step, before its tools are executed. */
  readonly stopWhen?: (steps: readonly ChatResult[]) => boolean | PromiseLike<boolean>;
  /** Decides on a call of a tool that needs approval: `true`; or `false` or a reason, which the model receives. @default refused */
  readonly approve?: (call: ToolCallPart) => boolean | string | PromiseLike<boolean | string>;
}

/** A part of a run: of a step's stream, or the result of a tool. */
export type RunPart =
  | {
      /** The number of the step, from 0. */
      readonly step: number;
      /** A part of the step's stream. */
      readonly part: StreamPart;
    }
  | {
      /** The number of the step, from 0. */
      readonly step: number;
      /** The call of a tool. */
      readonly call: ToolCallPart;
      /** What the model receives for it. */
      readonly output: ToolOutput;
    };

/**
 * A run in progress, of `router.runStream`. Can be iterated once; leaving the loop aborts the step and its running tools.
 *
 * @example
 * for await (const event of run)
 *   if ('part' in event && event.part.type === 'text-delta') process.stdout.write(event.part.text);
 * const { cost } = await run.result;
 */
export interface RunStream extends AsyncIterable<RunPart> {
  /**
   * The result, as returned by `run`, once the run has ended. Rejects with the error that the iteration throws. Without an iteration,
   * accessing it reads the run.
   */
  readonly result: Promise<RunResult>;
}

/** The result of `router.run`. */
export interface RunResult {
  /** The text of the last step. */
  readonly text: string;
  /** The model calls in order. Each has its own target, so the conversation may change its vendor between steps. */
  readonly steps: readonly ChatResult[];
  /** The whole conversation, for the next request. */
  readonly messages: readonly Message[];
  /**
   * Why it ended: the model was done, `stopWhen`, or `maxSteps` with tool calls that are not executed; or no target could answer and
   * the text is the route's `lastResort`.
   */
  readonly stopReason: 'done' | 'stop-when' | 'max-steps' | 'last-resort';
  /** Token counts of all steps; omitted where a step's is unknown. */
  readonly usage: Pick<Usage, 'inputTokens' | 'outputTokens'>;
  /** US$ of all steps, including failed attempts; `undefined` if the price of one is unknown. */
  readonly cost: number | undefined;
}
