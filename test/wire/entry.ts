import type {
  ChatRequest,
  FallbackKind,
  FinishReason,
  JSONValue,
  ProviderOptions,
  TargetOptions,
  Usage,
} from 'signalbox';
import type { InterfaceName } from './interfaces.ts';

/** A vendor's answer as bytes: what one packet each carries. */
export interface WireBytes {
  /** Default: 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly packets: readonly (string | Uint8Array)[];
}

/** A call of a tool, without its id unless the id matters. */
export interface ExpectedCall {
  readonly toolName: string;
  readonly input: JSONValue;
  readonly toolCallId?: string;
}

/**
 * What comes of an answer. Content is compared in full: a field left out stands for nothing of that kind. What comes beside the
 * content is compared where a field is given.
 */
export interface ExpectedAnswer {
  readonly text?: string;
  readonly reasoning?: string;
  readonly toolCalls?: readonly ExpectedCall[];
  /** URLs, or titles of documents. */
  readonly sources?: readonly string[];
  readonly files?: readonly { readonly mediaType: string; readonly data: string }[];
  readonly finishReason: FinishReason;
  /** Exactly these counts. */
  readonly usage?: Usage;
  /** US$ in total; `null`: not known. */
  readonly cost?: number | null;
  /** How the answer was served. */
  readonly serviceTier?: string;
  /** The parsed answer of a call with a schema. */
  readonly object?: unknown;
  readonly id?: string;
  readonly model?: string;
  /** Part of `providerMetadata`. */
  readonly metadata?: ProviderOptions;
  /** Part of the `providerOptions` of the reasoning, which go back to the vendor. */
  readonly reasoningOptions?: ProviderOptions;
  /** The same of the calls. */
  readonly callOptions?: ProviderOptions;
}

/**
 * One odd answer of a vendor and what must come of it.
 *
 * To add one, append it to a file in `entries/`: the bytes as one answer (`chat`), as a stream (`stream`) or both, the interfaces
 * they come through (`over`), and either the answer they are (`gives`) or the kind of failure (`fails`).
 */
export interface WireEntry {
  /** States the behavior; unique in its file. */
  readonly name: string;
  /** A public page: where the behavior was reported, or where the vendor documents it. */
  readonly source: string;
  readonly over: readonly InterfaceName[];
  readonly chat?: WireBytes;
  readonly stream?: WireBytes;
  /** The request, where the answer depends on it. Default: one message of text. */
  readonly request?: ChatRequest;
  /** More of the target, such as its price. Default: the model `m`, which costs nothing. */
  readonly target?: Partial<TargetOptions>;
  readonly gives?: ExpectedAnswer;
  readonly fails?: FallbackKind;
  /**
   * Changes that make another whole answer of it, which the fuzzer leaves alone: `cut`, where it looks whole before its end;
   * `loss`, where a field without content decides what belongs to it.
   */
  readonly sensitiveTo?: readonly ('cut' | 'loss')[];
}

type Json = Readonly<Record<string, unknown>> | readonly unknown[];

/** The mark at the end of a stream of Chat Completions. */
export const done = 'data: [DONE]\n\n';

/** An event stream: JSON as an event without a name, text as it stands. One packet each. */
export function stream(...events: readonly (Json | string)[]): WireBytes {
  return {
    headers: { 'content-type': 'text/event-stream' },
    packets: events.map((event) => (typeof event === 'string' ? event : data(event))),
  };
}

/** One event with this data. */
export function data(json: Json): string {
  return `data: ${JSON.stringify(json)}\n\n`;
}

/** One event with a name. */
export function named(name: string, json: Json): string {
  return `event: ${name}\n${data(json)}`;
}

/** A whole answer: JSON, or text as it stands. */
export function whole(body: Json | string, more: Pick<WireBytes, 'status' | 'headers'> = {}): WireBytes {
  return {
    ...more,
    headers: { 'content-type': 'application/json', ...more.headers },
    packets: [typeof body === 'string' ? body : JSON.stringify(body)],
  };
}
