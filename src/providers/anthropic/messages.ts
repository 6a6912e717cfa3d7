import type { JSONObject } from '../../types/request/json.ts';
import type {
  ContentPart,
  FilePart,
  ImagePart,
  Message,
  ProviderOptions,
  TextPart,
  ToolResultPart,
  UserPart,
} from '../../types/request/message.ts';
import type { Warning } from '../../types/result/result.ts';
import { decodeText, type ResolvedData, resolveData } from '../../util/data-content.ts';
import { asObject, type Wire } from '../../util/json.ts';
import { leaveOutForeign, leftOut, resultsIn } from '../shared/account-marks.ts';
import { fitToolCallId } from '../shared/tools/tool-call-id.ts';
import { printToolOutput, toInputObject } from '../shared/tools/tool-input.ts';

/**
 * https://platform.claude.com/docs/en/api/messages: tool call IDs consist of letters, digits, `_` and `-`.
 */
const callIds = { pattern: /^[a-zA-Z0-9_-]{1,64}$/, length: 24 };

/** A conversation in the format of the Messages API. */
export interface Conversation {
  /** System messages before the first turn. */
  readonly system: readonly Wire[];
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly content: Content }[];
}

/** Content blocks, or a string for a single plain text, as in the vendor's examples. */
export type Content = string | readonly Wire[];

/**
 * Converts a conversation to the Messages API format, in which user and assistant alternate. Consecutive
 * messages of one role are merged, with tool results first, as the vendor requires
 * (https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use).
 */
export function toConversation(messages: readonly Message[], warnings: Warning[]): Conversation {
  const system: Wire[] = [];
  const turns: { role: 'user' | 'assistant'; content: Wire[] }[] = [];
  const append = (role: 'user' | 'assistant', blocks: readonly Wire[]): void => {
    const last = turns.at(-1);
    if (blocks.length === 0) return;
    if (last?.role === role) last.content.push(...blocks);
    else turns.push({ role, content: [...blocks] });
  };
  for (const message of messages) {
    const own = ownOptions(message.providerOptions);
    switch (message.role) {
      case 'system':
        if (turns.length === 0) {
          system.push({ type: 'text', text: message.content, ...own });
          break;
        }
        warnings.push({
          type: 'changed',
          feature: 'system',
          details: 'a later system message is sent as user text',
        });
        append('user', [{ type: 'text', text: message.content, ...own }]);
        break;
      case 'user':
        append('user', withOptions(userBlocks(message.content, warnings), own));
        break;
      case 'assistant':
        append('assistant', withOptions(assistantBlocks(message.content, warnings), own));
        append('user', filesOf(message.content, warnings));
        break;
      case 'tool':
        append(
          'user',
          withOptions(
            resultsIn(message.content, warnings).map((part) => toToolResult(part, warnings)),
            own,
          ),
        );
        break;
    }
  }
  for (const turn of turns) {
    const isResult = (block: Wire): boolean => block['type'] === 'tool_result';
    turn.content = [...turn.content.filter(isResult), ...turn.content.filter((block) => !isResult(block))];
  }
  trimPrefill(turns.at(-1));
  return { system, messages: turns.map(({ role, content }) => ({ role, content: plain(content) })) };
}

/**
 * Whether the conversation ends with tool results for a turn that does not begin with thinking, as after a
 * failover from another vendor. Models with a thinking budget then reject thinking
 * (https://platform.claude.com/docs/en/build-with-claude/extended-thinking#extended-thinking-with-tool-use).
 */
export function continuesWithoutThinking(messages: Conversation['messages']): boolean {
  const [turn, answer] = messages.slice(-2);
  if (turn?.role !== 'assistant' || typeof turn.content === 'string' || typeof answer?.content === 'string')
    return false;
  const answered = answer?.content.some(({ type }) => type === 'tool_result') === true;
  const first = turn.content[0]?.['type'];
  return answered && first !== 'thinking' && first !== 'redacted_thinking';
}

/**
 * Trims a prefilled answer, which must not end with whitespace
 * (https://platform.claude.com/docs/en/build-with-claude/prompt-engineering/prefill-claudes-response).
 */
function trimPrefill(turn: { readonly role: string; readonly content: Wire[] } | undefined): void {
  const block = turn?.content.at(-1);
  if (turn?.role !== 'assistant' || block?.['type'] !== 'text' || typeof block['text'] !== 'string') return;
  turn.content[turn.content.length - 1] = { ...block, text: block['text'].trimEnd() };
}

/** Reduces a single text block without options to a string. */
export function plain(blocks: readonly Wire[]): Content {
  const [block] = blocks;
  const alone = blocks.length === 1 && block?.['type'] === 'text' && Object.keys(block).length === 2;
  return alone && typeof block['text'] === 'string' ? block['text'] : blocks;
}

/**
 * A part's Anthropic options: `cacheControl` under its wire name, the rest unchanged. `caller`, which the AI SDK adds, refers to a
 * call of code execution that may not be sent.
 */
export function ownOptions(options: ProviderOptions | undefined): JSONObject {
  const { cacheControl, block: _block, caller: _caller, ...rest } = options?.['anthropic'] ?? {};
  return cacheControl === undefined ? rest : { ...rest, cache_control: cacheControl };
}

// Message options, such as a cache breakpoint, apply to the last block of the message.
function withOptions(blocks: readonly Wire[], own: JSONObject): readonly Wire[] {
  const last = blocks.at(-1);
  return last === undefined ? blocks : [...blocks.slice(0, -1), { ...last, ...own }];
}

function userBlocks(content: string | readonly UserPart[], warnings: Warning[]): readonly Wire[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return toBlocks(content, warnings);
}

function toBlocks(parts: readonly UserPart[], warnings: Warning[]): readonly Wire[] {
  // Whitespace-only text is rejected, even next to an image (https://platform.claude.com/docs/en/api/errors).
  return parts
    .filter((part) => part.type !== 'text' || part.text.trim() !== '')
    .map((part) => toBlock(part, warnings))
    .filter((block) => block !== undefined);
}

function toBlock(part: TextPart | ImagePart | FilePart, warnings: Warning[]): Wire | undefined {
  const own = ownOptions(part.providerOptions);
  if (part.type === 'text') return { type: 'text', text: part.text, ...own };
  const [given, type] = part.type === 'image' ? [part.image, part.mediaType] : [part.data, part.mediaType];
  const data = resolveData(given, type, 'anthropic');
  const mediaType = data.mediaType ?? 'image/jpeg';
  if (part.type === 'image' || mediaType.startsWith('image/')) {
    const source =
      data.kind === 'base64' ? { type: 'base64', media_type: mediaType, data: data.base64 } : toSource(data);
    return { type: 'image', source, ...own };
  }
  const title = part.filename === undefined ? {} : { title: part.filename };
  if (data.kind !== 'base64') return { type: 'document', source: toSource(data), ...title, ...own };
  if (mediaType.startsWith('text/')) {
    const source = { type: 'text', media_type: 'text/plain', data: decodeText(data.base64) };
    return { type: 'document', source, ...title, ...own };
  }
  if (mediaType === 'application/pdf') {
    const source = { type: 'base64', media_type: mediaType, data: data.base64 };
    return { type: 'document', source, ...title, ...own };
  }
  warnings.push({ type: 'unsupported', feature: `file of type ${mediaType}` });
  return undefined;
}

function toSource(data: Exclude<ResolvedData, { kind: 'base64' }>): Wire {
  return data.kind === 'url' ? { type: 'url', url: data.url } : { type: 'file', file_id: data.id };
}

/**
 * Files from another vendor's assistant, sent as the user's, because only user messages can contain files.
 */
function filesOf(content: string | readonly ContentPart[], warnings: Warning[]): readonly Wire[] {
  const files = typeof content === 'string' ? [] : content.filter((part) => part.type === 'file');
  if (files.length > 0) {
    warnings.push({
      type: 'changed',
      feature: 'file',
      details: 'a file of the assistant is sent as a file of the user',
    });
  }
  return files.flatMap(
    (part): readonly Wire[] | Wire => toBlock({ ...part, providerOptions: {} }, warnings) ?? [],
  );
}

function assistantBlocks(content: string | readonly ContentPart[], warnings: Warning[]): readonly Wire[] {
  if (typeof content === 'string') return content.trim() === '' ? [] : [{ type: 'text', text: content }];
  return content.flatMap((part): readonly Wire[] => {
    // Blocks of the vendor's own tools are returned unchanged.
    const block = asObject(part.providerOptions?.['anthropic']?.['block']);
    if (block !== undefined) return [block];
    const own = ownOptions(part.providerOptions);
    switch (part.type) {
      case 'text':
        // Whitespace-only text is rejected.
        return part.text.trim() === '' ? [] : [{ type: 'text', text: part.text, ...own }];
      case 'reasoning': {
        const { redactedData, ...rest } = own;
        if (typeof redactedData === 'string') return [{ type: 'redacted_thinking', data: redactedData }];
        if (typeof own['signature'] === 'string') return [{ type: 'thinking', thinking: part.text, ...rest }];
        // Thinking without a signature, or with another vendor's signature, is rejected.
        leftOut(warnings, 'reasoning');
        return [];
      }
      case 'tool-call': {
        if (part.providerExecuted === true) {
          leftOut(warnings, 'vendor tools');
          return [];
        }
        const input = toInputObject(part.input);
        const id = fitToolCallId(part.toolCallId, callIds);
        return [{ type: 'tool_use', id, name: part.toolName, input, ...own }];
      }
      default:
        leaveOutForeign(part, warnings);
        return [];
    }
  });
}

function toToolResult({ toolCallId, output, providerOptions }: ToolResultPart, warnings: Warning[]): Wire {
  const content = output.type === 'content' ? toBlocks(output.value, warnings) : printToolOutput(output);
  const failed = output.type === 'error-text' || output.type === 'error-json';
  return {
    type: 'tool_result',
    tool_use_id: fitToolCallId(toolCallId, callIds),
    content,
    ...(failed ? { is_error: true } : {}),
    ...ownOptions(providerOptions),
  };
}
