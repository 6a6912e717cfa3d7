import type { Attributes } from '@opentelemetry/api';
import type { AnyRequest, RequestSummary } from '../../types/plugin.ts';
import type { Message } from '../../types/request/message.ts';
import { genAi } from './names.ts';

/** The environment variable of the conventions by which a person opts in to content. */
const variable = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';

/** Whether the environment asks for content on spans. */
export function contentByEnvironment(): boolean {
  const { process } = globalThis as { process?: { env?: Readonly<Record<string, string | undefined>> } };
  const value = process?.env?.[variable]?.toUpperCase();
  return value === 'TRUE' || value === 'SPAN_ONLY' || value === 'SPAN_AND_EVENT';
}

/** Prompts as the conventions' JSON: messages with parts. */
export function inputMessages(request: AnyRequest): Attributes {
  if (!('messages' in request)) return {};
  return { [genAi.inputMessages]: JSON.stringify(request.messages.map(toMessage)) };
}

/** Answers before plugins put redacted values back. */
export function outputMessages({ result, given }: Pick<RequestSummary, 'result' | 'given'>): Attributes {
  if (result === undefined || !('content' in result)) return {};
  const content = given ?? result.content;
  const { finishReason } = result;
  return {
    [genAi.outputMessages]: JSON.stringify([
      { role: 'assistant', parts: content.map(toPart), finish_reason: finishReason },
    ]),
  };
}

function toMessage({ role, content }: Message): unknown {
  const parts =
    typeof content === 'string' ? [{ type: 'text', content }] : (content as readonly Part[]).map(toPart);
  return { role, parts };
}

type Part = Exclude<Message['content'], string>[number];

function toPart(part: Part): unknown {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return { type: part.type, content: part.text };
    case 'tool-call':
      return { type: 'tool_call', id: part.toolCallId, name: part.toolName, arguments: part.input };
    case 'tool-result':
      return { type: 'tool_call_response', id: part.toolCallId, response: part.output };
    default:
      return { type: part.type }; // files are too large for an attribute
  }
}
