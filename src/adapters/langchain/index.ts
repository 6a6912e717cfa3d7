/**
 * A router as a LangChain chat model and embeddings (`@langchain/core` ≥ 1).
 *
 * @module langchain
 */
export { type RouterChatModel, type RunManager, type Shape, toChatModel } from './chat-model.ts';
export { type RouterEmbeddingsOptions, toEmbeddings } from './embeddings.ts';
export type { ChatModelCallOptions, ChatModelOptions, SharedOptions } from './options.ts';
export type { ToolLike } from './tools.ts';
