/** The vendors' own types of requests, from their SDKs, under one name each: what `request-rules.ts` checks bodies by. */
import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';
import type { Content, Tool, ToolConfig } from '@google/genai';
import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions';
import type { ResponseCreateParams } from 'openai/resources/responses/responses';

export type ChatCompletions = ChatCompletionCreateParams;
export type Responses = ResponseCreateParams;
export type Messages = MessageCreateParams;
/** The SDK has no type for the body as a whole. */
export interface Gemini {
  contents: Content[];
  systemInstruction?: Content;
  tools?: Tool[];
  toolConfig?: ToolConfig;
}
