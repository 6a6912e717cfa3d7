/** The vendors' own types of requests and answers, from their SDKs, under one name each: what `request-rules.ts` checks bodies by. */
import type {
  Message,
  MessageCreateParams,
  RawMessageStreamEvent,
} from '@anthropic-ai/sdk/resources/messages';
import type { Content, Tool, ToolConfig } from '@google/genai';
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionCreateParams,
} from 'openai/resources/chat/completions';
import type {
  Response,
  ResponseCreateParams,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses';

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

export type ChatAnswer = ChatCompletion;
export type ChatEvent = ChatCompletionChunk;
/** The SDK adds `output_text` by itself. */
export type ResponsesAnswer = Omit<Response, 'output_text'>;
export type ResponsesEvent = ResponseStreamEvent;
export type MessagesAnswer = Message;
export type MessagesEvent = RawMessageStreamEvent;
