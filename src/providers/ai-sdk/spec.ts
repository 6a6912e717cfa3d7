/**
 * The AI SDK's provider specification, version 4, as far as it is used
 * (https://github.com/vercel/ai/tree/main/packages/provider/src). Written down here rather than imported, because the types of
 * its package differ from one major version to the next, and an application has only one of them.
 */

import type { Json, JsonObject, Keyed } from './spec/json.ts';

export type {
  ContentSpec,
  FinishSpec,
  GenerateResult,
  MadeFile,
  Metadata,
  SourceSpec,
  StreamResult,
  StreamSpec,
  UnifiedFinish,
  UsageSpec,
  WarningSpec,
  WholePart,
} from './spec/answer.ts';
export type { Json, JsonObject, Keyed } from './spec/json.ts';
export type { EmbedCall, EmbedResultSpec, ImageCall, ImageFile, ImageResultSpec } from './spec/models.ts';

/** The content of a file: bytes or base64, an address, the vendor's id by provider name, or text. */
export type FileData =
  | { type: 'data'; data: Uint8Array | string }
  | { type: 'url'; url: URL }
  | { type: 'reference'; reference: Record<string, string> }
  | { type: 'text'; text: string };

/** A file of a message. */
export interface FilePrompt {
  type: 'file';
  data: FileData;
  mediaType: string;
  filename?: string;
  providerOptions?: Keyed;
}

/** A text of a message. */
export interface TextPrompt {
  type: 'text';
  text: string;
  providerOptions?: Keyed;
}

/** What a tool returned. */
export type ToolOutputPrompt = { providerOptions?: Keyed } & (
  | { type: 'text'; value: string }
  | { type: 'json'; value: Json }
  | { type: 'execution-denied'; reason?: string }
  | { type: 'error-text'; value: string }
  | { type: 'error-json'; value: Json }
  | { type: 'content'; value: (TextPrompt | FilePrompt | { type: 'custom'; providerOptions?: Keyed })[] }
);

/** The result of a tool's call. */
export interface ToolResultPrompt {
  type: 'tool-result';
  toolCallId: string;
  toolName: string;
  output: ToolOutputPrompt;
  providerOptions?: Keyed;
}

/** The reply to a vendor's request for approval. */
export interface ToolApprovalPrompt {
  type: 'tool-approval-response';
  approvalId: string;
  approved: boolean;
  reason?: string;
  providerOptions?: Keyed;
}

/** A part of an earlier answer. */
export type AssistantPrompt =
  | TextPrompt
  | FilePrompt
  | { type: 'reasoning'; text: string; providerOptions?: Keyed }
  | {
      type: 'reasoning-file';
      data: Extract<FileData, { type: 'data' | 'url' }>;
      mediaType: string;
      providerOptions?: Keyed;
    }
  | { type: 'custom'; kind: `${string}.${string}`; providerOptions?: Keyed }
  | {
      type: 'tool-call';
      toolCallId: string;
      toolName: string;
      input: unknown;
      providerExecuted?: boolean;
      providerOptions?: Keyed;
    }
  | ToolResultPrompt;

/** A message of the conversation. */
export type PromptMessage = { providerOptions?: Keyed } & (
  | { role: 'system'; content: string }
  | { role: 'user'; content: (TextPrompt | FilePrompt)[] }
  | { role: 'assistant'; content: AssistantPrompt[] }
  | { role: 'tool'; content: (ToolResultPrompt | ToolApprovalPrompt)[] }
);

/** A tool that the application runs. */
export interface FunctionToolSpec {
  type: 'function';
  name: string;
  description?: string;
  inputSchema: object;
  inputExamples?: { input: JsonObject }[];
  strict?: boolean;
  providerOptions?: Keyed;
}

/** A tool that a vendor defines. */
export interface ProviderToolSpec {
  type: 'provider';
  id: `${string}.${string}`;
  name: string;
  args: Record<string, unknown>;
}

/** The argument of `doGenerate` and `doStream`. */
export interface LanguageCall {
  prompt: PromptMessage[];
  maxOutputTokens?: number;
  temperature?: number;
  stopSequences?: string[];
  topP?: number;
  topK?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
  responseFormat?: { type: 'text' } | { type: 'json'; schema?: object; name?: string; description?: string };
  seed?: number;
  tools?: (FunctionToolSpec | ProviderToolSpec)[];
  toolChoice?:
    | { type: 'auto' }
    | { type: 'none' }
    | { type: 'required' }
    | { type: 'tool'; toolName: string };
  includeRawChunks?: boolean;
  abortSignal?: AbortSignal;
  headers?: Record<string, string | undefined>;
  reasoning?: 'provider-default' | 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';
  providerOptions?: Keyed;
}
