import type { ProviderOptions } from '../../../types/request/message.ts';
import type { ChatRequest } from '../../../types/request/request.ts';
import type { ChatResult, ServedAs } from '../../../types/result/result.ts';
import type { StreamContent } from '../../../types/result/stream-part.ts';
import type { Failure } from '../errors.ts';
import type { Extension } from './extension.ts';

/** A request of any of the protocols as a router request, with the writers of its answer. */
export interface Plan {
  readonly model: string;
  readonly stream: boolean;
  readonly request: ChatRequest;
  readonly extension: Extension;
  /** Fields that only some vendors' targets support. */
  readonly demands: readonly Demand[];
  /** Converts a complete answer to a response body. */
  answer(result: ChatResult, info: AnswerInfo): object;
  /** Creates the writer of one stream's events. */
  events(info: AnswerInfo): EventWriter;
}

/** A field that changes the answer and that only these providers support. */
export interface Demand {
  readonly field: string;
  readonly providers: readonly string[];
}

/** The facts about an answer that are known when it starts. */
export interface AnswerInfo {
  readonly requestId: string;
  /** The vendor's name for the model, and its id for the answer, if any. */
  readonly model: string;
  readonly responseId: string | undefined;
  /** Seconds since 1970. */
  readonly created: number;
}

/** Writes a stream as events of a protocol. Each step returns the text of zero or more events. */
export interface EventWriter {
  open(): string;
  part(part: StreamContent): string;
  /** Ends a complete answer. */
  close(result: ChatResult): string;
  /** Ends a broken answer. */
  fail(failure: Failure): string;
}

/** The vendor's id of an answer if it has this protocol's prefix; otherwise one derived from the request's id. */
export function answerId({ responseId, requestId }: AnswerInfo, prefix: string): string {
  if (responseId?.startsWith(prefix) === true) return responseId;
  return prefix + requestId.replace(/^req_/, '');
}

/** The router's report on an answer, for its field `signalbox`. */
export function summary({ target, cost, attempts, warnings }: ChatResult): object {
  return {
    target,
    ...(cost === undefined ? {} : { cost: cost.total }),
    attempts: attempts.length,
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** The service tier by OpenAI's names. */
export function toServiceTier({ serviceTier }: ServedAs): string | undefined {
  return serviceTier === 'standard' ? 'default' : serviceTier;
}

/** Formats one event; the name is optional. */
export function event(data: object, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** Finds a metadata field by name, whichever vendor set it. */
export function metadataField(metadata: ProviderOptions, name: string): unknown {
  for (const own of Object.values(metadata)) if (own[name] !== undefined) return own[name];
  return undefined;
}
