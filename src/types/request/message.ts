import type { JSONObject, JSONValue } from './json.ts';

/**
 * Options and metadata of one vendor, keyed by provider name (`{ anthropic: { cacheControl: … } }`).
 * Each provider reads its own key and passes it through untouched; the others ignore it.
 */
export type ProviderOptions = { readonly [provider: string]: JSONObject };

/**
 * A file that was uploaded to vendors before: its id there, by provider name. Only targets of these providers can take it.
 *
 * @example { type: 'reference', reference: { openai: 'file-abc', anthropic: 'file_011' } }
 */
export interface FileReference {
  readonly type: 'reference';
  readonly reference: Readonly<Record<string, string>>;
}

/**
 * Bytes, an `http(s):` or `data:` URL, base64 text, or a reference to an uploaded file.
 * A string that starts with `http://`, `https://` or `data:` is a URL, any other string is base64.
 */
export type DataContent = string | URL | Uint8Array | FileReference;

/** Plain text. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  readonly providerOptions?: ProviderOptions;
}

/** An image to look at. */
export interface ImagePart {
  readonly type: 'image';
  readonly image: DataContent;
  /** IANA media type. Default: read from a data URL or from the first bytes, else `image/jpeg`. */
  readonly mediaType?: string;
  readonly providerOptions?: ProviderOptions;
}

/** A file: document or audio going in, or something the model made coming out. */
export interface FilePart {
  readonly type: 'file';
  readonly data: DataContent;
  /** IANA media type, such as `application/pdf` or `audio/wav`. */
  readonly mediaType: string;
  readonly filename?: string;
  readonly providerOptions?: ProviderOptions;
}

/**
 * What the model thought before it answered. Signatures live in `providerOptions`; they go back as they came to the vendor
 * and account that made them, and to no other.
 */
export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string;
  readonly providerOptions?: ProviderOptions;
}

/** The model asks for a tool to be run. */
export interface ToolCallPart {
  readonly type: 'tool-call';
  readonly toolCallId: string;
  readonly toolName: string;
  /** The arguments, parsed. Text that is not JSON stays a string. */
  readonly input: JSONValue;
  /** `true` when the vendor runs the tool itself (web search, code execution …). */
  readonly providerExecuted?: boolean;
  readonly providerOptions?: ProviderOptions;
}

/** What a tool gave back. The `error-…` forms tell the model that the tool failed. */
export type ToolOutput =
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'json'; readonly value: JSONValue }
  | { readonly type: 'error-text'; readonly value: string }
  | { readonly type: 'error-json'; readonly value: JSONValue }
  /** Somebody did not let it run. */
  | { readonly type: 'execution-denied'; readonly reason?: string }
  | { readonly type: 'content'; readonly value: readonly (TextPart | ImagePart | FilePart)[] };

/** The answer to one tool call. */
export interface ToolResultPart {
  readonly type: 'tool-result';
  readonly toolCallId: string;
  readonly toolName: string;
  readonly output: ToolOutput;
  readonly providerExecuted?: boolean;
  readonly providerOptions?: ProviderOptions;
}

/** Something the answer rests on. Kept in the history, never sent back to a vendor. */
export interface SourcePart {
  readonly type: 'source';
  readonly sourceType: 'url' | 'document';
  readonly id: string;
  readonly url?: string;
  readonly title?: string;
  /** Of a document. */
  readonly mediaType?: string;
  /** Of a document. */
  readonly filename?: string;
  readonly providerOptions?: ProviderOptions;
}

/** The vendor asks whether it may run a tool of its own (remote MCP servers). The answer is a `tool-approval-response`. */
export interface ToolApprovalRequestPart {
  readonly type: 'tool-approval-request';
  readonly approvalId: string;
  /** Of the call in question. */
  readonly toolCallId: string;
  readonly providerOptions?: ProviderOptions;
}

/** Says whether a vendor may run the tool that it asked about. */
export interface ToolApprovalResponsePart {
  readonly type: 'tool-approval-response';
  readonly approvalId: string;
  readonly approved: boolean;
  readonly reason?: string;
  readonly providerOptions?: ProviderOptions;
}

/** A file that the model made while it thought. */
export interface ReasoningFilePart {
  readonly type: 'reasoning-file';
  readonly data: DataContent;
  readonly mediaType: string;
  readonly providerOptions?: ProviderOptions;
}

/** Something of one vendor's that has no word here, such as a compacted history: what it is stands in `providerOptions`. */
export interface CustomPart {
  readonly type: 'custom';
  /** `provider.kind` */
  readonly kind: `${string}.${string}`;
  readonly providerOptions?: ProviderOptions;
}

export type UserPart = TextPart | ImagePart | FilePart;

/** One piece of an answer; also what an assistant message is made of, so `result.content` goes back into the history as it is. */
export type ContentPart =
  | TextPart
  | ReasoningPart
  | ToolCallPart
  | ToolResultPart
  | FilePart
  | SourcePart
  | ToolApprovalRequestPart
  | ReasoningFilePart
  | CustomPart;

export interface SystemMessage {
  readonly role: 'system';
  readonly content: string;
  readonly providerOptions?: ProviderOptions;
}

export interface UserMessage {
  readonly role: 'user';
  readonly content: string | readonly UserPart[];
  readonly providerOptions?: ProviderOptions;
}

export interface AssistantMessage {
  readonly role: 'assistant';
  readonly content: string | readonly ContentPart[];
  readonly providerOptions?: ProviderOptions;
}

export interface ToolMessage {
  readonly role: 'tool';
  readonly content: readonly (ToolResultPart | ToolApprovalResponsePart)[];
  readonly providerOptions?: ProviderOptions;
}

/** One turn of a conversation, in the words of the AI SDK's provider specification. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;
