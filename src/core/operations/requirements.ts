import type { ResolvedChatRequest } from '../../types/provider.ts';
import type {
  ContentPart,
  DataContent,
  Message,
  ToolApprovalResponsePart,
  UserPart,
} from '../../types/request/message.ts';

/** What a request requires of a target, beside its size. */
export interface Requirements {
  readonly tools: boolean;
  /** Tools that the vendor runs. */
  readonly vendorTools: boolean;
  readonly images: boolean;
  /** Whether any of them is a URL. */
  readonly imagesByURL: boolean;
  /** Media types of files other than images. */
  readonly files: readonly string[];
  readonly jsonSchema: boolean;
  readonly reasoning: boolean;
  /** For each uploaded file, the providers that hold it. */
  readonly references: readonly (readonly string[])[];
  readonly outputTokens: number;
  /** Images to generate. */
  readonly imageCount: number;
  readonly mask: boolean;
  /** Characters of text. */
  readonly characters: number;
}

/** Of most requests. */
const none: readonly never[] = Object.freeze([]);

/** The requirements of a chat. */
export function requirementsOf(request: ResolvedChatRequest): Requirements {
  let files: Set<string> | undefined;
  let references: (readonly string[])[] | undefined;
  let images = false;
  let imagesByURL = false;
  let characters = 0;
  const look = (data: DataContent, mediaType: string | undefined): void => {
    if (mediaType === undefined || mediaType.startsWith('image/')) {
      images = true;
      imagesByURL ||= data instanceof URL || (typeof data === 'string' && /^https?:/i.test(data));
    } else if (!mediaType.startsWith('text/')) files = (files ?? new Set()).add(mediaType);
    if (typeof data === 'object' && 'reference' in data) {
      references ??= [];
      references.push(Object.keys(data.reference));
    }
  };
  const visit = (part: UserPart | ContentPart | ToolApprovalResponsePart): void => {
    if (part.type === 'text' || part.type === 'reasoning') characters += part.text.length;
    else if (part.type === 'image') look(part.image, undefined);
    else if (part.type === 'file') look(part.data, part.mediaType);
    else if (part.type === 'tool-result' && part.output.type === 'content') part.output.value.forEach(visit);
  };
  for (const { role, content } of request.messages as readonly Message[]) {
    if (typeof content === 'string') characters += content.length;
    // A model's output can be dropped or converted; a user's input cannot.
    else if (role !== 'assistant') for (const part of content) visit(part);
    else for (const part of content) if (part.type === 'text') characters += part.text.length;
  }
  return {
    tools: request.tools !== undefined,
    vendorTools: request.tools?.some(({ type }) => type === 'provider') === true,
    images,
    imagesByURL,
    files: files === undefined ? none : [...files],
    jsonSchema: request.responseFormat !== undefined,
    reasoning: request.reasoning !== undefined && request.reasoning !== 'none',
    references: references ?? none,
    outputTokens: request.maxOutputTokens ?? 0,
    imageCount: 0,
    mask: false,
    characters,
  };
}
