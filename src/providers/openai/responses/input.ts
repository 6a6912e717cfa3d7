import type { JSONObject } from '../../../types/request/json.ts';
import type {
  AssistantMessage,
  FilePart,
  ImagePart,
  Message,
  ProviderOptions,
  TextPart,
  ToolMessage,
  ToolResultPart,
  UserPart,
} from '../../../types/request/message.ts';
import type { Warning } from '../../../types/result/result.ts';
import { audioFormat, decodeText, resolveData } from '../../../util/data-content.ts';
import { asObject, asText, compact, type Wire } from '../../../util/json.ts';
import { withMarkedEnd } from '../../chat-completions/block-marks.ts';
import { leaveOutForeign, leftOut } from '../../shared/account-marks.ts';
import { withoutEmpty } from '../../shared/empty-text.ts';
import { fitToolCallId } from '../../shared/tools/tool-call-id.ts';
import { printToolInput, printToolOutput } from '../../shared/tools/tool-input.ts';
import { withReasoningItems } from './ai-sdk-history.ts';

/** https://platform.openai.com/docs/api-reference/responses/create: `call_id` is limited to 64 characters. */
const callIds = { pattern: /^.{1,64}$/, length: 24 };

/** The context of a conversation's conversion. */
interface Context {
  /** The types of the calls that need a result, by id. */
  readonly calledWith: Map<string, string>;
  /** Whether OpenAI stores the items of the conversation. */
  readonly isStored: boolean;
  readonly warnings: Warning[];
}

/** Converts a conversation to the items of a Responses request. */
export function toInput(
  messages: readonly Message[],
  warnings: Warning[],
  isStored: boolean,
): readonly Wire[] {
  const context = { calledWith: new Map<string, string>(), isStored, warnings };
  return messages.flatMap((message) => toTurn(message, context));
}

function toTurn(message: Message, context: Context): readonly Wire[] {
  const { role, content, providerOptions } = message;
  switch (role) {
    case 'system':
      return [withMarkedEnd({ role, content, ...ownOptions(providerOptions) }, 'input_text')];
    case 'user': {
      const parts = typeof content === 'string' ? content : withoutEmpty(content).map((part) => toPart(part));
      return [withMarkedEnd({ role, content: parts, ...ownOptions(providerOptions) }, 'input_text')];
    }
    case 'assistant':
      return toItems(message, context);
    case 'tool':
      return toOutputs(message, context.calledWith);
  }
}

// `name` exists only in Chat Completions.
function ownOptions(options: ProviderOptions | undefined): JSONObject {
  const {
    itemId: _id,
    item: _item,
    phase: _phase,
    annotations: _found,
    name: _name,
    ...own
  } = options?.['openai'] ?? {};
  return own;
}

function toPart(part: UserPart): Wire {
  const own = ownOptions(part.providerOptions);
  if (part.type === 'text') return { type: 'input_text', text: part.text, ...own };
  return part.type === 'image' ? toImage(part.image, part.mediaType, own) : toFile(part, own);
}

function toImage(image: ImagePart['image'], mediaType: string | undefined, own: JSONObject): Wire {
  const data = resolveData(image, mediaType, 'openai');
  if (data.kind === 'reference') return { type: 'input_image', detail: 'auto', file_id: data.id, ...own };
  const url = data.kind === 'url' ? data.url : `data:${data.mediaType ?? 'image/jpeg'};base64,${data.base64}`;
  return { type: 'input_image', detail: 'auto', image_url: url, ...own };
}

function toFile(part: FilePart, own: JSONObject): Wire {
  const { mediaType, filename } = part;
  if (mediaType.startsWith('image/')) return toImage(part.data, mediaType, own);
  const data = resolveData(part.data, mediaType, 'openai');
  if (data.kind === 'reference') return { type: 'input_file', file_id: data.id, ...own };
  if (data.kind === 'url') return { type: 'input_file', file_url: data.url, ...own };
  const format = audioFormat(mediaType);
  if (format !== undefined)
    return { type: 'input_audio', input_audio: { data: data.base64, format }, ...own };
  if (mediaType.startsWith('text/')) return { type: 'input_text', text: decodeText(data.base64), ...own };
  return {
    type: 'input_file',
    filename: filename ?? `file.${mediaType.split('/')[1] ?? 'bin'}`,
    file_data: `data:${mediaType};base64,${data.base64}`,
    ...own,
  };
}

function toItems(
  { content }: AssistantMessage,
  { calledWith, isStored, warnings }: Context,
): readonly Wire[] {
  if (typeof content === 'string') return content === '' ? [] : [{ role: 'assistant', content }];
  return withReasoningItems(content, isStored).flatMap((part): readonly Wire[] => {
    const own = part.providerOptions?.['openai'];
    const item = asObject(own?.['item']);
    switch (part.type) {
      case 'text':
        return part.text === '' ? [] : [toMessage(part)];
      case 'reasoning':
        if (item === undefined) leftOut(warnings, 'reasoning');
        return item === undefined ? [] : [item];
      case 'tool-call': {
        if (item !== undefined) {
          const type = asText(item['type']);
          const answered = part.providerExecuted !== true || type === 'mcp_approval_request';
          if (answered && type !== undefined) calledWith.set(part.toolCallId, type);
          return [item];
        }
        if (part.providerExecuted === true) {
          leftOut(warnings, 'vendor tools');
          return [];
        }
        return [
          compact({
            type: 'function_call',
            id: asText(own?.['itemId']),
            call_id: fitToolCallId(part.toolCallId, callIds),
            name: part.toolName,
            arguments: printToolInput(part.input),
          }),
        ];
      }
      case 'file':
        // The vendor's own image goes back as its original item.
        return item === undefined ? toAssistantFile(part, warnings) : [{ ...item, result: part.data }];
      case 'custom':
        if (item === undefined) leaveOutForeign(part, warnings);
        return item === undefined ? [] : [item];
      default:
        leaveOutForeign(part, warnings);
        return []; // results are part of the vendor's items; sources are for readers
    }
  });
}

/** The vendor's own text goes back with its id; any other text as a plain message. */
function toMessage(part: TextPart): Wire {
  const own = part.providerOptions?.['openai'];
  const id = asText(own?.['itemId']);
  if (id === undefined) return { role: 'assistant', content: part.text };
  const annotations = own?.['annotations'] ?? [];
  return {
    type: 'message',
    id,
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: part.text, annotations }],
    ...compact({ phase: asText(own?.['phase']) }),
  };
}

/** Only user messages can hold files, so another vendor's generated files become user content. */
function toAssistantFile(part: FilePart, warnings: Warning[]): readonly Wire[] {
  const details = 'a file of the assistant is sent as a file of the user';
  warnings.push({ type: 'changed', feature: 'file', details });
  return [{ role: 'user', content: [toFile(part, {})] }];
}

function toOutputs({ content }: ToolMessage, calledWith: ReadonlyMap<string, string>): readonly Wire[] {
  return content.flatMap((part): Wire | readonly Wire[] => {
    if (part.type === 'tool-approval-response') {
      const { approvalId: approval_request_id, approved: approve, reason } = part;
      return compact({ type: 'mcp_approval_response', approval_request_id, approve, reason });
    }
    const { toolCallId, output, providerOptions } = part;
    const type = calledWith.get(toolCallId) ?? 'function_call';
    // A denial is expressed only by the approval response.
    if (type === 'mcp_approval_request') return [];
    return {
      type: `${type}_output`,
      call_id: fitToolCallId(toolCallId, callIds),
      output: type === 'function_call' || type === 'custom_tool_call' ? toOutput(part) : rawOutput(output),
      ...ownOptions(providerOptions),
    };
  });
}

function toOutput({ output }: ToolResultPart): unknown {
  if (output.type !== 'content') return printToolOutput(output);
  return output.value.map((part) => toPart(part));
}

// Vendor tools that the application runs need results in the vendor's form.
function rawOutput(output: ToolResultPart['output']): unknown {
  return output.type === 'json' || output.type === 'error-json' ? output.value : printToolOutput(output);
}
