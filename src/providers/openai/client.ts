import type { OpenAIBatchClient } from './batches.ts';

/** The subset of an `openai` client (version 5 or newer) that this provider uses. */
export interface OpenAIClient extends OpenAIBatchClient {
  /** The SDK's resource of the same name. */
  readonly chat: {
    /** The SDK's resource of the same name. */
    readonly completions: {
      // Wider than the SDK's own types, which differ between versions.
      /** Sends a conversation: `POST /v1/chat/completions`. With `stream: true` resolves with its chunks. */
      create(body: object, options?: object): PromiseLike<unknown>;
    };
  };
  /** Needed for `api: 'responses'`. */
  readonly responses?: {
    /** Sends a conversation: `POST /v1/responses`. With `stream: true` resolves with its events. */
    create(body: object, options?: object): PromiseLike<unknown>;
  };
  /** Needed for `router.embed`. */
  readonly embeddings?: {
    /** Embeds texts: `POST /v1/embeddings`. */
    create(body: object, options?: object): PromiseLike<unknown>;
  };
  /** Needed for `router.image`. */
  readonly images?: {
    /** Makes images: `POST /v1/images/generations`. */
    generate(body: object, options?: object): PromiseLike<unknown>;
    /** Changes images: `POST /v1/images/edits`. */
    edit(body: object, options?: object): PromiseLike<unknown>;
  };
}
