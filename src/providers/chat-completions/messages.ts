import type { JSONObject, JSONValue } from '../../types/request/json.ts';
import type {
  AssistantMessage,
  FilePart,
  ImagePart,
  Message,
  ProviderOptions,
  ToolMessage,
  UserPart,
} from '../../types/request/message.ts';
import type { Warning } from '../../types/result/result.ts';
import { audioFormat, decodeText, resolveData } from '../../util/data-content.ts';
import { asObject, compact, type Wire } from '../../util/json.ts';
import { leaveOutForeign, leftOut, resultsIn } from '../shared/account-marks.ts';
import { withoutEmpty } from '../shared/empty-text.ts';
import { fitToolCallId, type ToolCallIds } from '../shared/tools/tool-call-id.ts';
import { printToolInput, printToolOutput } from '../shared/tools/tool-input.ts';
import { withMarkedEnd } from './block-marks.ts';
import type { Quirks } from './quirks.ts';

/** https://platform.openai.com/docs/api-reference/chat/create: tool call ids are limited to 40 characters. */
const usualIds: ToolCallIds = { pattern: /^.{1,40}$/, length: 24 };

/** The context of all steps of the mapping. */
interface Context {
  readonly provider: string;
  readonly quirks: Quirks;
  readonly ids: ToolCallIds;
  readonly warnings: Warning[];
}

/** Converts a conversation to Chat Completions messages. Unsupported content is dropped with a warning. */
export function toMessages(
  messages: readonly Message[],
  provider: string,
  quirks: Quirks,
  warnings: Warning[],
): readonly Wire[] {
  const { toolCallIdLength: length } = quirks;
  const ids = length === undefined ? usualIds : { pattern: new RegExp(`^[a-zA-Z0-9]{${length}}$`), length };
  const context: Context = { provider, quirks, ids, warnings };
  const wires: Wire[] = [];
  // Only user messages can hold images, so images of a tool or an assistant move to the next user message.
  let shown: Wire[] = [];
  const showAll = (): void => {
    const afterTool = wires.at(-1)?.['role'] === 'tool' && quirks.userAfterTool === false;
    if (afterTool) return;
    wires.push({ role: 'user', content: shown });
    shown = [];
  };
  for (const message of messages) {
    if (shown.length > 0 && message.role !== 'tool') showAll();
    const own = optionsOf(message.providerOptions, provider);
    switch (message.role) {
      case 'system':
        wires.push(withMarkedEnd(toSystem(message.content, own, wires, context), 'text'));
        break;
      case 'user':
        wires.push(
          withMarkedEnd({ role: 'user', content: toContent(message.content, context), ...own }, 'text'),
        );
        break;
      case 'assistant':
        wires.push(...unlessEmpty({ ...toAssistant(message, context), ...own }));
        shown.push(...filesOf(message, context));
        break;
      case 'tool':
        wires.push(...toToolMessages(message, context));
        if (quirks.userAfterTool !== false) shown.push(...picturesOf(message, context));
        else leaveOutPictures(message, context);
        break;
    }
  }
  if (shown.length > 0) showAll();
  if (shown.length > 0)
    unsupported(warnings, 'file', 'a user message cannot hold it directly after a tool message');
  return quirks.alternatingRoles === true ? alternating(wires) : wires;
}

/** Merges consecutive messages of one role, except leading system messages. */
function alternating(wires: readonly Wire[]): readonly Wire[] {
  const turns: Wire[] = [];
  for (const wire of wires) {
    const last = turns.at(-1);
    const joins =
      last?.['role'] === wire['role'] && (wire['role'] === 'user' || wire['role'] === 'assistant');
    if (last === undefined || !joins) turns.push(wire);
    else turns[turns.length - 1] = { ...last, ...wire, content: joined(last['content'], wire['content']) };
  }
  return turns;
}

function joined(before: unknown, after: unknown): unknown {
  if (typeof before === 'string' && typeof after === 'string') return `${before}\n\n${after}`;
  const partsOf = (content: unknown): readonly unknown[] =>
    typeof content === 'string' ? [{ type: 'text', text: content }] : Array.isArray(content) ? content : [];
  return [...partsOf(before), ...partsOf(after)];
}

/**
 * Options that belong to vendors' other interfaces, such as OpenAI's Responses, by the names that our providers and the AI SDK give
 * them. Strict servers refuse unknown fields.
 */
const elsewhere = new Set([
  'item',
  'itemId',
  'item_id',
  'phase',
  'annotations',
  'reasoningEncryptedContent',
  'reasoning_encrypted_content',
  'signature',
  'redactedData',
  'redacted_data',
]);

function optionsOf(options: ProviderOptions | undefined, provider: string): JSONObject {
  const own = options?.[provider];
  if (own === undefined) return none;
  return Object.fromEntries(Object.entries(own).flatMap(([name, value]) => toOption(name, value)));
}

const none: JSONObject = {};

function toOption(
  name: string,
  value: JSONValue | undefined,
): readonly (readonly [string, JSONValue | undefined])[] {
  if (elsewhere.has(name)) return [];
  // The AI SDK's form (https://ai.google.dev/gemini-api/docs/thought-signatures#openai).
  if (name === 'thoughtSignature' || name === 'thought_signature')
    return [['extra_content', { google: { thought_signature: value } }]];
  return [[name, value]];
}

function toSystem(
  content: string,
  own: JSONObject,
  before: readonly Wire[],
  { quirks, warnings }: Context,
): Wire {
  const late = quirks.systemFirst === true && before.some(({ role }) => role !== 'system');
  if (!late) return { role: 'system', content, ...own };
  warnings.push({
    type: 'changed',
    feature: 'system',
    details: 'a later system message is sent as user text',
  });
  return { role: 'user', content, ...own };
}

function toContent(content: string | readonly UserPart[], context: Context): unknown {
  return typeof content === 'string'
    ? content
    : withoutEmpty(content).flatMap((part) => toPart(part, context) ?? []);
}

function toPart(part: UserPart, context: Context): Wire | undefined {
  const own = optionsOf(part.providerOptions, context.provider);
  if (part.type === 'text') return { type: 'text', text: part.text, ...own };
  if (part.type === 'file' && !part.mediaType.startsWith('image/')) return toFile(part, own, context);
  return toImage(part, own, context);
}

function toImage(
  part: ImagePart | FilePart,
  own: JSONObject,
  { provider, warnings }: Context,
): Wire | undefined {
  const data = resolveData(part.type === 'image' ? part.image : part.data, part.mediaType, provider);
  if (data.kind === 'reference') return unsupported(warnings, 'image by reference', 'only files can be');
  const url = data.kind === 'url' ? data.url : `data:${data.mediaType ?? 'image/jpeg'};base64,${data.base64}`;
  // `detail` and similar options belong inside the image object, markers of prompt caches beside it.
  const { prompt_cache_breakpoint, cache_control, ...inner } = own;
  return {
    ...compact({ type: 'image_url', prompt_cache_breakpoint, cache_control }),
    image_url: { url, ...inner },
  };
}

function toFile(part: FilePart, own: JSONObject, { provider, warnings }: Context): Wire | undefined {
  const { mediaType } = part;
  const data = resolveData(part.data, mediaType, provider);
  if (data.kind === 'reference') return { type: 'file', file: { file_id: data.id }, ...own };
  if (data.kind === 'url') return unsupported(warnings, 'file by URL', 'only images can be given by URL');
  const format = audioFormat(mediaType);
  if (format !== undefined)
    return { type: 'input_audio', input_audio: { data: data.base64, format }, ...own };
  if (mediaType.startsWith('text/')) return { type: 'text', text: decodeText(data.base64), ...own };
  const filename = part.filename ?? `file.${mediaType.split('/')[1] ?? 'bin'}`;
  return { type: 'file', file: { filename, file_data: `data:${mediaType};base64,${data.base64}` }, ...own };
}

function unsupported(warnings: Warning[], feature: string, details: string): undefined {
  warnings.push({ type: 'unsupported', feature, details });
}

/** Many servers refuse an empty message, such as one that held only another vendor's reasoning. */
function unlessEmpty(wire: Wire): readonly Wire[] {
  const { role: _role, content, ...rest } = wire;
  return content === '' && Object.keys(rest).length === 0 ? [] : [wire];
}

function toAssistant({ content }: AssistantMessage, context: Context): Wire {
  if (typeof content === 'string') return { role: 'assistant', content };
  const { provider, quirks, ids, warnings } = context;
  let text = '';
  let reasoning = '';
  let own: JSONObject = {};
  const calls: Wire[] = [];
  for (const part of content) {
    const options = optionsOf(part.providerOptions, provider);
    if (part.type === 'text') text += part.text;
    else if (part.type === 'reasoning') {
      reasoning += part.text;
      own = { ...own, ...options };
    } else if (part.type === 'tool-call' && part.providerExecuted === true) leftOut(warnings, 'vendor tools');
    else if (part.type === 'tool-call') {
      const { toolName: name, input } = part;
      const call = { name, arguments: printToolInput(input) };
      calls.push({ id: fitToolCallId(part.toolCallId, ids), type: 'function', function: call, ...options });
    } else if (part.type === 'file' && asObject(options['audio']) !== undefined) {
      own = { ...own, audio: options['audio'] }; // the vendor's own speech goes back by id
    } else leaveOutForeign(part, warnings);
  }
  const field = quirks.reasoningInHistory;
  const isSent = typeof field === 'string';
  // A single space stands for missing reasoning, because servers treat an empty text as absent.
  if (isSent && reasoning === '' && calls.length > 0 && quirks.reasoningWithCalls === true) reasoning = ' ';
  if (reasoning !== '' && !isSent && own['reasoning_details'] === undefined) leftOut(warnings, 'reasoning');
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    ...(isSent && reasoning !== '' ? { [field]: reasoning } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...own,
  };
}

/** An assistant's files, as user content. */
function filesOf({ content }: AssistantMessage, context: Context): readonly Wire[] {
  if (typeof content === 'string') return [];
  return content.flatMap((part) => {
    if (part.type !== 'file' || part.providerOptions?.[context.provider]?.['audio'] !== undefined) return [];
    const wire = toPart({ ...part, providerOptions: {} }, context);
    if (wire === undefined) return [];
    return show(wire, 'file', 'a file of the assistant is sent as a file of the user', context);
  });
}

function toToolMessages({ content }: ToolMessage, { provider, ids, warnings }: Context): readonly Wire[] {
  return resultsIn(content, warnings).map(({ toolCallId, output, providerOptions }) => {
    const tool_call_id = fitToolCallId(toolCallId, ids);
    return {
      role: 'tool',
      tool_call_id,
      content: printToolOutput(output),
      ...optionsOf(providerOptions, provider),
    };
  });
}

/** Tool results other than text, as user content. */
function picturesOf({ content }: ToolMessage, context: Context): readonly Wire[] {
  return content.flatMap((result) => {
    if (result.type !== 'tool-result' || result.output.type !== 'content') return [];
    const { output, toolName } = result;
    const pictures = output.value.filter(({ type }) => type !== 'text');
    const wires = pictures.flatMap((part): readonly Wire[] | Wire => toPart(part, context) ?? []);
    if (wires.length === 0) return [];
    const label = { type: 'text', text: `From the tool ${toolName}:` };
    const details = 'content of a tool result other than text is sent as content of the user';
    return [label, ...wires.flatMap((wire) => show(wire, 'tool result', details, context))];
  });
}

function leaveOutPictures({ content }: ToolMessage, { warnings }: Context): void {
  const shows = content.some(
    (part) =>
      part.type === 'tool-result' &&
      part.output.type === 'content' &&
      part.output.value.some(({ type }) => type !== 'text'),
  );
  if (shows) unsupported(warnings, 'tool result', 'tool results can only contain text here');
}

function show(wire: Wire, feature: string, details: string, { warnings }: Context): readonly Wire[] {
  if (!warnings.some((warning) => warning.details === details))
    warnings.push({ type: 'changed', feature, details });
  return [wire];
}
