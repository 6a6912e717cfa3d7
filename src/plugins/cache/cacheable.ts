import type { ResolvedChatRequest } from '../../types/provider.ts';
import type { DataContent, Message, ProviderOptions } from '../../types/request/message.ts';
import type { ChatResult, Warning } from '../../types/result/result.ts';

/** The answers that the application allows to be stored. */
export interface Allowed {
  readonly toolCalls: boolean;
  readonly temperature: number;
}

/**
 * Options by which a request continues or uses state stored at the vendor, so that the answer depends on more
 * than the request (https://platform.openai.com/docs/api-reference/responses/create: `previous_response_id`,
 * `conversation`, `background`;
 * https://platform.claude.com/docs/en/agents-and-tools/tool-use/code-execution-tool: `container`).
 */
const statefulOptions = new Set([
  'previousresponseid',
  'conversation',
  'container',
  'background',
  'continuationtoken',
]);

/** Whether the answer to a chat depends only on the request. */
export function isCacheable(request: ResolvedChatRequest, { temperature }: Allowed): boolean {
  return (
    (request.temperature ?? 0) <= temperature &&
    request.includeRaw !== true &&
    request.tools?.some(({ type }) => type === 'provider') !== true &&
    !isStateful(request.providerOptions) &&
    !request.messages.some(hasReference)
  );
}

export function isStateful(options: ProviderOptions | undefined): boolean {
  return Object.values(options ?? {}).some((own) =>
    Object.entries(own).some(
      ([name, value]) =>
        value !== undefined && value !== null && value !== false && statefulOptions.has(plain(name)),
    ),
  );
}

function plain(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

/** A file stored at the vendor can change or be deleted. */
function hasReference({ content }: Message): boolean {
  if (typeof content === 'string') return false;
  return content.some((part) => {
    if (part.type === 'image') return isReference(part.image);
    if (part.type === 'file' || part.type === 'reasoning-file') return isReference(part.data);
    const output = part.type === 'tool-result' ? part.output : undefined;
    return output?.type === 'content' && hasReference({ role: 'user', content: output.value });
  });
}

function isReference(data: DataContent): boolean {
  return typeof data === 'object' && 'type' in data && data.type === 'reference';
}

/** Sampling settings that a target may omit: the answer still answers the same question. */
const ofSampling = new Set(['temperature', 'topP', 'topK', 'seed', 'presencePenalty', 'frequencyPenalty']);

/** Why an answer must not be stored; `undefined` if it may be. Only proven, complete answers are stored. */
export function unfitBecause(answer: ChatResult, { toolCalls }: Allowed): string | undefined {
  const { finishReason, content, warnings } = answer;
  if (finishReason !== 'stop' && finishReason !== 'tool-calls') return finishReason;
  if (content.length === 0) return 'empty';
  if (warnings.some(changesMeaning)) return 'warning';
  for (const part of content) {
    // The replacement character of decoders: part of the text was lost in transit.
    if ('text' in part && part.text.includes('\uFFFD')) return 'garbled';
    if (part.type === 'tool-call' && (part.providerExecuted === true || !toolCalls)) return 'tool-calls';
    if (part.type === 'tool-result' || part.type === 'tool-approval-request') return 'vendor-tools';
    if (part.type === 'custom') return 'custom';
    if ((part.type === 'file' || part.type === 'reasoning-file') && isReference(part.data))
      return 'reference';
  }
  return finishReason === 'tool-calls' && !toolCalls ? 'tool-calls' : undefined;
}

function changesMeaning({ feature }: Warning): boolean {
  return !ofSampling.has(feature);
}
