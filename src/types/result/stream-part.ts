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

/** Text of the answer. */
export interface TextDelta {
  readonly type: 'text-delta';
  /** The next piece of the text. */
  readonly text: string;
  /** Deltas of one block share an id; a new id starts a new part of `result.content`. */
  readonly id?: string;
  /** Vendors' metadata. */
  readonly providerOptions?: ProviderOptions;
}

/** Reasoning of the model. An empty `text` with `providerOptions` carries a signature. */
export interface ReasoningDelta {
  readonly type: 'reasoning-delta';
  /** The next piece of the reasoning. */
  readonly text: string;
  /** Deltas of one block share an id. */
  readonly id?: string;
  /** Vendors' metadata, such as a signature. */
  readonly providerOptions?: ProviderOptions;
}

/** The start of a tool call. Its arguments follow as `tool-call-delta`, then complete as `tool-call`. */
export interface ToolCallStart {
  readonly type: 'tool-call-start';
  /** The id of the call. */
  readonly toolCallId: string;
  /** The name of the tool. */
  readonly toolName: string;
}

/** A piece of the arguments, as JSON text. */
export interface ToolCallDelta {
  readonly type: 'tool-call-delta';
  /** The id of the call. */
  readonly toolCallId: string;
  /** The next piece of the arguments. */
  readonly text: string;
}

/** Discard everything so far: another target starts the answer over. Only if `interrupted` allows a restart. */
export interface Restart {
  readonly type: 'restart';
  /** The target that answers from here on. */
  readonly target: string;
}

/** The last part of a complete answer. */
export interface Finish {
  readonly type: 'finish';
  /** Why the answer ended. */
  readonly finishReason: FinishReason;
  /** The tokens of the answer. */
  readonly usage: Usage;
  /** The cost of the answer; `undefined` if the price is unknown. */
  readonly cost: Cost | undefined;
  /** The id of the target that answered. */
  readonly target: string;
}

/** A vendor chunk as the SDK returned it. Only if the request has `includeRaw`; it never counts as a token. */
export interface Raw {
  readonly type: 'raw';
  /** The chunk. */
  readonly value: unknown;
}

/** The parts that carry the answer, from the first token on. */
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
  /** The same in the format of the request's `origin`, if the provider supports it. */
  readonly origin?: unknown;
};

/** One element of a `ChatStream`. */
export type StreamPart = StreamContent | Restart | Finish;

/** One element of `ChatStream.appendOnly`. */
export type AppendOnlyPart = StreamContent | Finish;

/** Reads the parts of a stream in order. */
export interface PartReader<Part> extends AsyncIterator<Part, undefined> {
  /**
   * The next part, if it has arrived and is not the last one, so that the parts of one packet need no promise each. `undefined`: call
   * `next`, which goes on from there.
   */
  ready?(): Exclude<Part, { readonly type: 'finish' }> | undefined;
}
