import type { FileDialect } from '../../chat-completions/batches/dialect.ts';

/** Vendors with OpenAI's batch API, and their differences from it. */

/**
 * Azure OpenAI, with a deployment of the type Global Batch or Data Zone Batch. No embeddings; a file has to be processed before a
 * batch can use it. Source: https://learn.microsoft.com/en-us/azure/ai-foundry/openai/how-to/batch,
 * https://learn.microsoft.com/en-us/azure/foundry/reference/rest/batches-create-batch
 */
export const azureBatches: FileDialect = {
  limits: { requests: 100_000, bytes: 200_000_000 },
  endpoints: { chat: '/v1/chat/completions' },
  expiry: true,
  pages: true,
  processesFiles: true,
};

/**
 * Groq: a list without pages, no embeddings. Source: https://console.groq.com/docs/batch,
 * https://github.com/groq/groq-typescript/blob/main/src/resources/batches.ts (which has 100 MB for a file)
 */
export const groqBatches: FileDialect = {
  limits: { requests: 50_000, bytes: 100_000_000 },
  endpoints: { chat: '/v1/chat/completions' },
};

/**
 * Moonshot (Kimi): chats only. Source: https://platform.kimi.ai/docs/guide/use-batch-api,
 * https://platform.kimi.ai/docs/api/batch. Not verified: how large a file may be; OpenAI's own limit until 2025 is assumed.
 */
export const moonshotBatches: FileDialect = {
  limits: { requests: 50_000, bytes: 100_000_000 },
  endpoints: { chat: '/v1/chat/completions' },
  pages: true,
};

/**
 * Together AI: its own purpose and address for files, lines without an endpoint, states in capitals, and no metadata, so a batch
 * is recognized by the name of its file. Source: https://docs.together.ai/docs/batch-inference,
 * https://docs.together.ai/docs/inference/batch/manage, https://docs.together.ai/reference/upload-file,
 * https://github.com/togethercomputer/together-typescript/blob/main/src/resources/batches.ts
 */
export const togetherBatches: FileDialect = {
  limits: { requests: 50_000, bytes: 100_000_000, tokens: 30_000_000_000 },
  endpoints: { chat: '/v1/chat/completions' },
  purpose: 'batch-api',
  uploads: '/files/upload',
  uploadFields: (name) => ({ file_name: name, file_type: 'jsonl' }),
  shortLines: true,
  ownId: 'file-name',
};
