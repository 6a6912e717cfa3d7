import type { ProviderOptions } from '../../../types/request/message.ts';
import type { ChatRequest } from '../../../types/request/request.ts';
import type { ChatResult, ServedAs } from '../../../types/result/result.ts';
import type { StreamContent } from '../../../types/result/stream-part.ts';
import type { Failure } from '../errors.ts';
import type { Extension } from './extension.ts';

/** A request of whichever protocol, in the router's words, and how its answer is said. */
export interface Plan {
  readonly model: string;
  readonly stream: boolean;
  readonly request: ChatRequest;
  readonly extension: Extension;
  /** Fields that only targets of some vendors can take. */
  readonly demands: readonly Demand[];
  /** A complete answer as the body of a response. */
  answer(result: ChatResult, told: Told): object;
  /** The events of one stream. */
  events(told: Told): EventWriter;
}

/** A field that changes the answer and that only these providers know. */
export interface Demand {
  readonly field: string;
  readonly providers: readonly string[];
}

/** What is known of an answer when it begins. */
export interface Told {
  readonly requestId: string;
  /** The model that answers, as its vendor names it; and the id that it gave to its answer, where it did. */
  readonly model: string;
  readonly responseId: string | undefined;
  /** Seconds since 1970. */
  readonly created: number;
}

/** Says a stream in the events of a protocol. Each step gives the text of no, one or several events. */
export interface EventWriter {
  open(): string;
  part(part: StreamContent): string;
  /** The end of a complete answer. */
  close(result: ChatResult): string;
  /** The end of a broken one. */
  fail(failure: Failure): string;
}

/** The vendor's own id of an answer, where it is in this protocol's form; else one of our own. */
export function answerId({ responseId, requestId }: Told, prefix: string): string {
  if (responseId?.startsWith(prefix) === true) return responseId;
  return prefix + requestId.replace(/^req_/, '');
}

/** What the router says of an answer, in a field `signalbox` of it. */
export function summary({ target, cost, attempts, warnings }: ChatResult): object {
  return {
    target,
    ...(cost === undefined ? {} : { cost: cost.total }),
    attempts: attempts.length,
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** How an answer was served, in OpenAI's words. */
export function toServiceTier({ serviceTier }: ServedAs): string | undefined {
  return serviceTier === 'standard' ? 'default' : serviceTier;
}

/** One event; the name is left out where the protocol has none. */
export function event(data: object, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** What the vendor says under a name, whichever vendor it is. */
export function said(metadata: ProviderOptions, name: string): unknown {
  for (const own of Object.values(metadata)) if (own[name] !== undefined) return own[name];
  return undefined;
}
