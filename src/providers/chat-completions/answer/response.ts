import { ProviderError } from '../../../errors.ts';
import type { ResponseHeaders } from '../../../transport/headers.ts';
import type { ProviderResult } from '../../../types/provider.ts';
import type { ContentPart } from '../../../types/request/message.ts';
import type { Warning } from '../../../types/result/result.ts';
import { asJSON, asNonEmpty, asObject, asObjects, compact, type Wire } from '../../../util/json.ts';
import { finishReasonOf } from '../../shared/answer/finish-reason.ts';
import { responseInfo } from '../../shared/response-info.ts';
import { failureInside } from '../failures.ts';
import { chargeIn, readUsage, serviceTierIn, type UsageReading, usageIn } from '../usage.ts';
import { asksForSeveral } from './asked.ts';
import {
  foundBy,
  imagesIn,
  metadataOf,
  reasoningIn,
  reasoningInDetails,
  reasoningOptions,
  refusalIn,
  sourcesIn,
  speech,
  textIn,
} from './content.ts';
import { readFinishReason } from './finish-reason.ts';
import { callAssembler } from './tool-calls.ts';

/** The context for reading an answer. */
export interface AnswerContext {
  readonly provider: string;
  readonly headers: ResponseHeaders;
  readonly warnings: readonly Warning[];
  /** The request that was sent. */
  readonly request: Wire;
  /** How the server counts tokens. @default like OpenAI */
  readonly reading?: UsageReading | undefined;
}

/** Reads a chat completion. Throws `ProviderError` unless it is a complete answer. */
export function toResult(
  raw: unknown,
  { provider, headers, warnings, request, reading }: AnswerContext,
): ProviderResult {
  const wire = asObject(Array.isArray(raw) ? raw[0] : raw);
  const inside = failureInside(raw, provider, headers);
  if (inside !== undefined) throw inside;
  const choices = choicesOf(wire, request);
  let reason: string | undefined;
  const messages: Wire[] = [];
  for (const each of choices) {
    reason = readFinishReason(each) ?? reason;
    const message = asObject(each['message']) ?? asObject(each['delta']);
    if (message !== undefined) messages.push(message);
  }
  const [choice] = choices;
  if (wire === undefined || choice === undefined || (messages.length === 0 && reason === undefined)) {
    const summary = 'the answer is not a chat completion';
    throw new ProviderError({ kind: 'malformed', provider, answered: true, summary });
  }
  const content = toContent(messages, provider);
  const refusal = messages.map(refusalIn).join('');
  let callsTools = false;
  let hasContent = false;
  for (const { type } of content) {
    callsTools ||= type === 'tool-call';
    hasContent ||= type === 'text' || type === 'file';
  }
  const finishReason = finishReasonOf({ provider, reason, callsTools, hasContent, refuses: refusal !== '' });
  const usage = usageIn(wire);
  const cost = chargeIn(usage, reading);
  const more = { refusal: refusal || undefined, logprobs: asJSON(choice['logprobs']) };
  return {
    content: wire['search_results'] || wire['citations'] ? [...content, ...foundBy(wire)] : content,
    finishReason,
    usage: readUsage(usage, reading),
    ...(cost === undefined ? {} : { cost }),
    response: responseInfo(
      compact({
        id: asNonEmpty(wire['id']),
        model: asNonEmpty(wire['model']),
        serviceTier: serviceTierIn(wire, usage),
      }),
      headers,
    ),
    warnings,
    providerMetadata: { [provider]: metadataOf(wire, choice, more) },
    raw,
  };
}

/** Whether JSON is a complete answer: some servers return one in place of a stream. */
export function isCompletion(json: unknown): boolean {
  return asObjects(asObject(json)?.['choices']).length > 0;
}

function choicesOf(wire: Wire | undefined, request: Wire): readonly Wire[] {
  const choices = asObjects(wire?.['choices']);
  if (!asksForSeveral(request)) return choices;
  const first = choices.find(({ index }) => index === 0) ?? choices[0];
  return first === undefined ? [] : [first];
}

function toContent(messages: readonly Wire[], provider: string): readonly ContentPart[] {
  const content: ContentPart[] = [];
  let hasCalls = false;
  for (const message of messages) {
    content.push(...reasoningOf(message, provider), ...textOf(message));
    hasCalls ||= Array.isArray(message['tool_calls']) || message['function_call'] !== undefined;
  }
  if (hasCalls) content.push(...toolCallsOf(messages, provider));
  for (const message of messages) {
    const { audio, images, content: pieces, annotations } = message;
    if (audio !== undefined) content.push(...speechOf(message, provider));
    if (Array.isArray(images) || Array.isArray(pieces)) content.push(...imagesIn(message));
    if (Array.isArray(annotations)) content.push(...sourcesIn(message));
  }
  return content;
}

function toolCallsOf(messages: readonly Wire[], provider: string): readonly ContentPart[] {
  const calls = callAssembler(provider);
  for (const [at, message] of messages.entries()) {
    // Complete calls are separate, whatever their ids.
    const apart = asObjects(message['tool_calls']).map((call, index) => ({ ...call, index }));
    calls.push({ ...message, tool_calls: apart }, at, []);
  }
  return calls.end().filter((part) => part.type === 'tool-call');
}

function reasoningOf(message: Wire, provider: string): readonly ContentPart[] {
  const details = message['reasoning_details'];
  const text = reasoningIn(message) || (details === undefined ? '' : reasoningInDetails(message));
  if (Array.isArray(details) && details.length > 0)
    return [{ type: 'reasoning', text, providerOptions: reasoningOptions(details, provider) }];
  return text === '' ? [] : [{ type: 'reasoning', text }];
}

function textOf(message: Wire): readonly ContentPart[] {
  const text = textIn(message);
  return text === '' ? [] : [{ type: 'text', text }];
}

function speechOf(message: Wire, provider: string): readonly ContentPart[] {
  const audio = asObject(message['audio']);
  const sound = asNonEmpty(audio?.['data']);
  if (audio === undefined || sound === undefined) return [];
  return [speech(sound, 'audio/wav', audio, asNonEmpty(audio['transcript']), provider)];
}
