import type { Json, JsonObject, Keyed } from './json.ts';

/** A part of the call that was not sent as given, or should be written otherwise. */
export type WarningSpec =
  | {
      /** `unsupported`: omitted. `compatibility`: sent in another form. */
      type: 'unsupported' | 'compatibility';
      /** The field of the call, such as `topK`. */
      feature: string;
      /** What was done instead, in words. */
      details?: string;
    }
  | {
      type: 'deprecated';
      /** The setting that should no longer be used. */
      setting: string;
      /** What to use instead. */
      message: string;
    }
  | {
      type: 'other';
      /** The warning, in words. */
      message: string;
    };

/** Why an answer ended, the same for all vendors. */
export type UnifiedFinish = 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other';

/** Why an answer ended. */
export interface FinishSpec {
  /** The reason, the same for all vendors. */
  unified: UnifiedFinish;
  /** The reason as the vendor names it; `undefined` if it named none. */
  raw: string | undefined;
}

/** The tokens of an answer; `undefined` where the vendor reported none. */
export interface UsageSpec {
  /** Input tokens. */
  inputTokens: {
    /** All of them. */
    total: number | undefined;
    /** Those that were neither read from nor written to the vendor's prompt cache. */
    noCache: number | undefined;
    /** Those that were read from the vendor's prompt cache. */
    cacheRead: number | undefined;
    /** Those that were written to the vendor's prompt cache. */
    cacheWrite: number | undefined;
  };
  /** Output tokens. */
  outputTokens: {
    /** All of them. */
    total: number | undefined;
    /** Those of text. */
    text: number | undefined;
    /** Those of reasoning. */
    reasoning: number | undefined;
  };
  /** The vendor's own count. */
  raw?: JsonObject;
}

/** A file that the model made. */
export type MadeFile = {
  /** IANA media type, such as `image/png`. */
  mediaType: string;
  /** Its content or address. */
  data:
    | {
        type: 'data';
        /** Bytes or base64. */
        data: Uint8Array | string;
      }
    | {
        type: 'url';
        /** Its address. */
        url: URL;
      };
};
/** Fields that any part of an answer may have. */
export type Metadata = {
  /** Further metadata of the vendor, such as signatures, by provider name. */
  providerMetadata?: Keyed;
};

/** A source that the answer cites. */
export type SourceSpec = {
  type: 'source';
  /** Id of the source, unique in the answer. */
  id: string;
} & Metadata &
  (
    | {
        sourceType: 'url';
        /** Address of the page. */
        url: string;
        /** Title of the page, if the vendor reports one. */
        title?: string;
      }
    | {
        sourceType: 'document';
        /** Media type of the document. */
        mediaType: string;
        /** Title of the document. */
        title: string;
        /** Filename of the document, if the vendor reports one. */
        filename?: string;
      }
  );

/** Parts of both complete answers and streams. */
export type WholePart =
  | ({ type: 'file' } & MadeFile & Metadata)
  | ({ type: 'reasoning-file' } & MadeFile & Metadata)
  | ({
      type: 'custom';
      /** The provider and its kind of content, as `provider.kind`. */
      kind: `${string}.${string}`;
    } & Metadata)
  | ({
      type: 'tool-approval-request';
      /** Id of the request for approval. The reply repeats it. */
      approvalId: string;
      /** Id of the tool call to approve. */
      toolCallId: string;
    } & Metadata)
  | ({
      type: 'tool-call';
      /** Id of the call. The tool's result repeats it. */
      toolCallId: string;
      /** Name of the tool. */
      toolName: string;
      /** The arguments as JSON text, as the model wrote them. */
      input: string;
      /** `true` if the vendor runs the tool. */
      providerExecuted?: boolean;
      /** `true` if the tool is not among the call's `tools`. */
      dynamic?: boolean;
    } & Metadata)
  | ({
      type: 'tool-result';
      /** Id of the call that it answers. */
      toolCallId: string;
      /** Name of the tool. */
      toolName: string;
      /** What the vendor's tool returned. */
      result: NonNullable<Json>;
      /** `true` if the tool failed. */
      isError?: boolean;
      /** `true` if a later result of the same call replaces it. */
      preliminary?: boolean;
      /** `true` if the tool is not among the call's `tools`. */
      dynamic?: boolean;
    } & Metadata)
  | SourceSpec;

/** A part of a complete answer. */
export type ContentSpec =
  | WholePart
  | ({
      type: 'text';
      /** The text. */
      text: string;
    } & Metadata)
  | ({
      type: 'reasoning';
      /** The reasoning, or the vendor's summary of it. */
      text: string;
    } & Metadata);

/** What `doGenerate` returns. */
export interface GenerateResult {
  /** Everything the model returned, in order. */
  content: ContentSpec[];
  /** Why the answer ended. */
  finishReason: FinishSpec;
  /** The tokens of the answer. */
  usage: UsageSpec;
  /** Further metadata by provider name. The router's report is under `signalbox`. */
  providerMetadata?: Keyed;
  /** What was sent. */
  request?: {
    /** The body as it was sent, if the provider shows it. */
    body?: unknown;
  };
  /** The vendor's response metadata. */
  response?: {
    /** The vendor's id of the answer. */
    id?: string;
    /** When the vendor began the answer. */
    timestamp?: Date;
    /** The model that answered, as the vendor names it. */
    modelId?: string;
    /** Response headers. */
    headers?: Record<string, string>;
    /** The body as it arrived, if the provider shows it. */
    body?: unknown;
  };
  /** Parts of the call that were not sent as given; empty if there are none. */
  warnings: WarningSpec[];
}

/** A part of a streamed answer. */
export type StreamSpec =
  | ({
      /** Start and end of a text, or of reasoning. The deltas between them have the same `id`. */
      type: 'text-start' | 'text-end' | 'reasoning-start' | 'reasoning-end';
      /** Id of the text or the reasoning, unique in the answer. */
      id: string;
    } & Metadata)
  | ({
      /** More of a text, or of reasoning. */
      type: 'text-delta' | 'reasoning-delta';
      /** Id of the text or the reasoning. */
      id: string;
      /** The characters to add. */
      delta: string;
    } & Metadata)
  | ({
      type: 'tool-input-start';
      /** Id of the tool call. */
      id: string;
      /** Name of the tool. */
      toolName: string;
      /** `true` if the vendor runs the tool. */
      providerExecuted?: boolean;
      /** `true` if the tool is not among the call's `tools`. */
      dynamic?: boolean;
    } & Metadata)
  | ({
      type: 'tool-input-delta';
      /** Id of the tool call. */
      id: string;
      /** More of the arguments, as JSON text. */
      delta: string;
    } & Metadata)
  | ({
      type: 'tool-input-end';
      /** Id of the tool call, whose arguments are now complete. */
      id: string;
    } & Metadata)
  | WholePart
  | {
      type: 'stream-start';
      /** Parts of the call that were not sent as given; empty if there are none. */
      warnings: WarningSpec[];
    }
  | {
      type: 'response-metadata';
      /** The vendor's id of the answer. */
      id?: string;
      /** When the vendor began the answer. */
      timestamp?: Date;
      /** The model that answers, as the vendor names it. */
      modelId?: string;
    }
  | ({
      type: 'finish';
      /** The tokens of the answer. */
      usage: UsageSpec;
      /** Why the answer ended. */
      finishReason: FinishSpec;
    } & Metadata)
  | {
      type: 'raw';
      /** A chunk as the vendor sent it; only with `includeRawChunks`. */
      rawValue: unknown;
    }
  | {
      type: 'error';
      /** Why the answer broke off. */
      error: unknown;
    };

/** What `doStream` returns. */
export interface StreamResult {
  /** The parts as they arrive. */
  stream: ReadableStream<StreamSpec>;
  /** What was sent. */
  request?: {
    /** The body as it was sent, if the provider shows it. */
    body?: unknown;
  };
  /** The vendor's response metadata. */
  response?: {
    /** Response headers. */
    headers?: Record<string, string>;
  };
}
