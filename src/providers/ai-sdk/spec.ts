/**
 * The AI SDK's provider specification, version 4, as far as it is used
 * (https://github.com/vercel/ai/tree/main/packages/provider/src). Written down here rather than imported, because the types of
 * its package differ from one major version to the next, and an application has only one of them.
 */

/** JSON as the specification has it. */
export type Json = null | string | number | boolean | Json[] | { [key: string]: Json | undefined };
export type JsonObject = { [key: string]: Json | undefined };
/** Options or metadata, by provider. */
export type Keyed = Record<string, JsonObject>;

export type FileData =
  | { type: 'data'; data: Uint8Array | string }
  | { type: 'url'; url: URL }
  | { type: 'reference'; reference: Record<string, string> }
  | { type: 'text'; text: string };

export interface FilePrompt {
  type: 'file';
  data: FileData;
  mediaType: string;
  filename?: string;
  providerOptions?: Keyed;
}

export interface TextPrompt {
  type: 'text';
  text: string;
  providerOptions?: Keyed;
}

export type ToolOutputPrompt = { providerOptions?: Keyed } & (
  | { type: 'text'; value: string }
  | { type: 'json'; value: Json }
  | { type: 'execution-denied'; reason?: string }
  | { type: 'error-text'; value: string }
  | { type: 'error-json'; value: Json }
  | { type: 'content'; value: (TextPrompt | FilePrompt | { type: 'custom'; providerOptions?: Keyed })[] }
);

export interface ToolResultPrompt {
  type: 'tool-result';
  toolCallId: string;
  toolName: string;
  output: ToolOutputPrompt;
  providerOptions?: Keyed;
}

export interface ToolApprovalPrompt {
  type: 'tool-approval-response';
  approvalId: string;
  approved: boolean;
  reason?: string;
  providerOptions?: Keyed;
}

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

export type PromptMessage = { providerOptions?: Keyed } & (
  | { role: 'system'; content: string }
  | { role: 'user'; content: (TextPrompt | FilePrompt)[] }
  | { role: 'assistant'; content: AssistantPrompt[] }
  | { role: 'tool'; content: (ToolResultPrompt | ToolApprovalPrompt)[] }
);

export interface FunctionToolSpec {
  type: 'function';
  name: string;
  description?: string;
  inputSchema: object;
  inputExamples?: { input: JsonObject }[];
  strict?: boolean;
  providerOptions?: Keyed;
}

export interface ProviderToolSpec {
  type: 'provider';
  id: `${string}.${string}`;
  name: string;
  args: Record<string, unknown>;
}

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

export type WarningSpec =
  | { type: 'unsupported' | 'compatibility'; feature: string; details?: string }
  | { type: 'deprecated'; setting: string; message: string }
  | { type: 'other'; message: string };

export type UnifiedFinish = 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other';

export interface FinishSpec {
  unified: UnifiedFinish;
  raw: string | undefined;
}

export interface UsageSpec {
  inputTokens: {
    total: number | undefined;
    noCache: number | undefined;
    cacheRead: number | undefined;
    cacheWrite: number | undefined;
  };
  outputTokens: { total: number | undefined; text: number | undefined; reasoning: number | undefined };
  raw?: JsonObject;
}

export type MadeFile = {
  mediaType: string;
  data: { type: 'data'; data: Uint8Array | string } | { type: 'url'; url: URL };
};
export type Metadata = { providerMetadata?: Keyed };

export type SourceSpec = { type: 'source'; id: string } & Metadata &
  (
    | { sourceType: 'url'; url: string; title?: string }
    | { sourceType: 'document'; mediaType: string; title: string; filename?: string }
  );

/** What stands in an answer and in a stream alike. */
export type WholePart =
  | ({ type: 'file' } & MadeFile & Metadata)
  | ({ type: 'reasoning-file' } & MadeFile & Metadata)
  | ({ type: 'custom'; kind: `${string}.${string}` } & Metadata)
  | ({ type: 'tool-approval-request'; approvalId: string; toolCallId: string } & Metadata)
  | ({
      type: 'tool-call';
      toolCallId: string;
      toolName: string;
      input: string;
      providerExecuted?: boolean;
      dynamic?: boolean;
    } & Metadata)
  | ({
      type: 'tool-result';
      toolCallId: string;
      toolName: string;
      result: NonNullable<Json>;
      isError?: boolean;
      preliminary?: boolean;
      dynamic?: boolean;
    } & Metadata)
  | SourceSpec;

export type ContentSpec =
  | WholePart
  | ({ type: 'text'; text: string } & Metadata)
  | ({ type: 'reasoning'; text: string } & Metadata);

export interface GenerateResult {
  content: ContentSpec[];
  finishReason: FinishSpec;
  usage: UsageSpec;
  providerMetadata?: Keyed;
  request?: { body?: unknown };
  response?: {
    id?: string;
    timestamp?: Date;
    modelId?: string;
    headers?: Record<string, string>;
    body?: unknown;
  };
  warnings: WarningSpec[];
}

export type StreamSpec =
  | ({ type: 'text-start' | 'text-end' | 'reasoning-start' | 'reasoning-end'; id: string } & Metadata)
  | ({ type: 'text-delta' | 'reasoning-delta'; id: string; delta: string } & Metadata)
  | ({
      type: 'tool-input-start';
      id: string;
      toolName: string;
      providerExecuted?: boolean;
      dynamic?: boolean;
    } & Metadata)
  | ({ type: 'tool-input-delta'; id: string; delta: string } & Metadata)
  | ({ type: 'tool-input-end'; id: string } & Metadata)
  | WholePart
  | { type: 'stream-start'; warnings: WarningSpec[] }
  | { type: 'response-metadata'; id?: string; timestamp?: Date; modelId?: string }
  | ({ type: 'finish'; usage: UsageSpec; finishReason: FinishSpec } & Metadata)
  | { type: 'raw'; rawValue: unknown }
  | { type: 'error'; error: unknown };

export interface StreamResult {
  stream: ReadableStream<StreamSpec>;
  request?: { body?: unknown };
  response?: { headers?: Record<string, string> };
}

export interface EmbedCall {
  values: string[];
  dimensions?: number;
  abortSignal?: AbortSignal;
  headers?: Record<string, string>;
  providerOptions?: Keyed;
}

export interface EmbedResultSpec {
  embeddings: number[][];
  usage?: { tokens: number };
  providerMetadata?: Keyed;
  response?: { headers?: Record<string, string>; body?: unknown };
  warnings: WarningSpec[];
}

export type ImageFile = { providerOptions?: Keyed } & (
  | { type: 'file'; mediaType: string; data: string | Uint8Array }
  | { type: 'url'; url: string }
);

/** The same in versions 3 and 4. */
export interface ImageCall {
  prompt: string | undefined;
  n: number;
  size: `${number}x${number}` | undefined;
  aspectRatio: `${number}:${number}` | undefined;
  seed: number | undefined;
  files: ImageFile[] | undefined;
  mask: ImageFile | undefined;
  providerOptions: Keyed;
  abortSignal?: AbortSignal;
  headers?: Record<string, string | undefined>;
}

export interface ImageResultSpec {
  images: string[] | Uint8Array[];
  /** Of an answer without images. */
  isRetryable?: boolean;
  warnings: WarningSpec[];
  providerMetadata?: Record<string, { images: Json[] } & JsonObject>;
  response: { timestamp: Date; modelId: string; headers: Record<string, string> | undefined };
  usage?: {
    inputTokens: number | undefined;
    outputTokens: number | undefined;
    totalTokens: number | undefined;
  };
}
