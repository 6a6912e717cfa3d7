import type {
  CustomPart,
  FilePart,
  ProviderOptions,
  ReasoningFilePart,
  SourcePart,
  ToolApprovalRequestPart,
  ToolCallPart,
  ToolResultPart,
} from '../request/message.ts';
import type { FinishReason } from './result.ts';
import type { Cost, Usage } from './usage.ts';

/** More text of the answer. */
export interface TextDelta {
  readonly type: 'text-delta';
  readonly text: string;
  /** Deltas of one block share an id; a new id begins a new part of `result.content`. */
  readonly id?: string;
  readonly providerOptions?: ProviderOptions;
}

/** More of what the model thinks. An empty `text` with `providerOptions` carries a signature. */
export interface ReasoningDelta {
  readonly type: 'reasoning-delta';
  readonly text: string;
  readonly id?: string;
  readonly providerOptions?: ProviderOptions;
}

/** A tool call begins; its arguments follow as `tool-call-delta`, then once whole as `tool-call`. */
export interface ToolCallStart {
  readonly type: 'tool-call-start';
  readonly toolCallId: string;
  readonly toolName: string;
}

/** More of the arguments, as JSON text. */
export interface ToolCallDelta {
  readonly type: 'tool-call-delta';
  readonly toolCallId: string;
  readonly text: string;
}

/** What came so far is void: another target starts the answer again. Only with `interrupted` set to a restart. */
export interface Restart {
  readonly type: 'restart';
  /** The target that answers now. */
  readonly target: string;
}

/** The last part of a complete answer. */
export interface Finish {
  readonly type: 'finish';
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  readonly cost: Cost | undefined;
  readonly target: string;
}

/** A chunk as the vendor sent it, and the SDK gave it. Only where the request has `includeRaw`; it never counts as a token. */
export interface Raw {
  readonly type: 'raw';
  readonly value: unknown;
}

/** What carries the answer itself, from the first token on. */
export type StreamContent = (
  | TextDelta
  | ReasoningDelta
  | ToolCallStart
  | ToolCallDelta
  | ToolCallPart
  | ToolResultPart
  | SourcePart
  | FilePart
  | ToolApprovalRequestPart
  | ReasoningFilePart
  | CustomPart
  | Raw
) & {
  /** The same in the words of the request's `origin`, where the provider speaks them. */
  readonly origin?: unknown;
};

/** One element of a `ChatStream`. */
export type StreamPart = StreamContent | Restart | Finish;

/** One element of a `ChatStream` that is read as `appendOnly`. */
export type AppendOnlyPart = StreamContent | Finish;
