import type { AnyValue, Attributes, LogRecord } from '@opentelemetry/api';
import type { AnyRequest, RequestContext, RequestSummary } from '../../types/plugin.ts';
import type { Message } from '../../types/request/message.ts';
import { genAi, operations } from './names.ts';

/** The environment variable of the conventions by which a person opts in to content. */
const variable = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';

/** The destination of prompts and answers. */
export interface ContentPlaces {
  readonly span: boolean;
  /** The event `gen_ai.client.inference.operation.details`, a log record. */
  readonly event: boolean;
}

/**
 * The destination of content according to the environment: `SPAN_ONLY`, `EVENT_ONLY`, `SPAN_AND_EVENT` or `NO_CONTENT`; `true`,
 * from before there was a choice, means spans.
 */
export function contentByEnvironment(): ContentPlaces {
  const { process } = globalThis as { process?: { env?: Readonly<Record<string, string | undefined>> } };
  const value = process?.env?.[variable]?.toUpperCase();
  const both = value === 'SPAN_AND_EVENT';
  return { span: both || value === 'TRUE' || value === 'SPAN_ONLY', event: both || value === 'EVENT_ONLY' };
}

/** Prompts as the conventions' JSON: messages with parts. */
export function inputMessages(request: AnyRequest): Attributes {
  const messages = toInput(request);
  return messages === undefined ? {} : { [genAi.inputMessages]: JSON.stringify(messages) };
}

/** Answers before plugins put redacted values back. */
export function outputMessages(summary: Answered): Attributes {
  const messages = toOutput(summary);
  return messages === undefined ? {} : { [genAi.outputMessages]: JSON.stringify(messages) };
}

type Answered = Pick<RequestSummary, 'result' | 'given'>;

/** The event with prompt and answer, in which they are structured. */
export function detailsEvent(
  { request, operation }: Pick<RequestContext, 'request' | 'operation'>,
  summary: Answered,
  attributes: LogAttributes,
): Pick<LogRecord, 'eventName' | 'attributes'> {
  const [input, output] = [toInput(request), toOutput(summary)];
  return {
    eventName: 'gen_ai.client.inference.operation.details',
    attributes: {
      [genAi.operation]: operations[operation],
      ...attributes,
      ...(input === undefined ? {} : { [genAi.inputMessages]: input }),
      ...(output === undefined ? {} : { [genAi.outputMessages]: output }),
    },
  };
}

type LogAttributes = NonNullable<LogRecord['attributes']>;
type Structured = AnyValue[];

function toInput(request: AnyRequest): Structured | undefined {
  return 'messages' in request ? request.messages.map(toMessage) : undefined;
}

function toOutput({ result, given }: Answered): Structured | undefined {
  if (result === undefined || !('content' in result)) return undefined;
  const parts = (given ?? result.content).map(toPart);
  return [{ role: 'assistant', parts, finish_reason: result.finishReason }];
}

function toMessage({ role, content }: Message): AnyValue {
  const parts =
    typeof content === 'string' ? [{ type: 'text', content }] : (content as readonly Part[]).map(toPart);
  return { role, parts };
}

type Part = Exclude<Message['content'], string>[number];

function toPart(part: Part): AnyValue {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return { type: part.type, content: part.text };
    case 'tool-call':
      return {
        type: 'tool_call',
        id: part.toolCallId,
        name: part.toolName,
        arguments: part.input as AnyValue,
      };
    case 'tool-result':
      return { type: 'tool_call_response', id: part.toolCallId, response: part.output as AnyValue };
    default:
      return { type: part.type }; // files are too large for an attribute
  }
}
