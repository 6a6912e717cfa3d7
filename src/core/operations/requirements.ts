import type { ResolvedChatRequest } from '../../types/provider.ts';
import type { ImageRequest } from '../../types/request/image.ts';
import type {
  ContentPart,
  DataContent,
  Message,
  ToolApprovalResponsePart,
  UserPart,
} from '../../types/request/message.ts';
import type { Target } from '../targets/target.ts';
import { messageOf } from './plain-request.ts';

/** What a request asks of a target, beside its size. */
export interface Requirements {
  readonly kind: 'chat' | 'embeddings' | 'image';
  readonly tools: boolean;
  /** Tools that the vendor runs itself. */
  readonly vendorTools: boolean;
  readonly images: boolean;
  /** Whether one of them is given by URL. */
  readonly imagesByURL: boolean;
  /** Media types of files that are no images. */
  readonly files: readonly string[];
  readonly jsonSchema: boolean;
  readonly reasoning: boolean;
  /** For each uploaded file: the providers that have it. */
  readonly references: readonly (readonly string[])[];
  readonly outputTokens: number;
  /** Images to be made. */
  readonly made: number;
  readonly mask: boolean;
  /** Characters of text. */
  readonly characters: number;
}

/** What embeddings ask for. */
export function embedRequirements(values: readonly string[]): Requirements {
  // Each value has the model's context for itself.
  const characters = values.reduce((most, { length }) => Math.max(most, length), 0);
  return { ...requirementsOf({ messages: [] }), kind: 'embeddings', characters };
}

/** What the making of images asks for. */
export function imageRequirements(asked: ImageRequest): Requirements {
  const needs = requirementsOf({ messages: [messageOf(asked)] });
  return { ...needs, kind: 'image', made: asked.n ?? 1, mask: asked.mask !== undefined };
}

/** What a chat asks for. */
export function requirementsOf(request: ResolvedChatRequest): Requirements {
  const files = new Set<string>();
  const references: (readonly string[])[] = [];
  let images = false;
  let imagesByURL = false;
  let characters = 0;
  const look = (data: DataContent, mediaType: string | undefined): void => {
    if (mediaType === undefined || mediaType.startsWith('image/')) {
      images = true;
      imagesByURL ||= data instanceof URL || (typeof data === 'string' && /^https?:/i.test(data));
    } else if (!mediaType.startsWith('text/')) files.add(mediaType);
    if (typeof data === 'object' && 'reference' in data) references.push(Object.keys(data.reference));
  };
  const visit = (part: UserPart | ContentPart | ToolApprovalResponsePart): void => {
    if (part.type === 'text' || part.type === 'reasoning') characters += part.text.length;
    else if (part.type === 'image') look(part.image, undefined);
    else if (part.type === 'file') look(part.data, part.mediaType);
    else if (part.type === 'tool-result' && part.output.type === 'content') part.output.value.forEach(visit);
  };
  for (const { role, content } of request.messages as readonly Message[]) {
    if (typeof content === 'string') characters += content.length;
    // What a model made can be left out or changed; what a user shows cannot.
    else if (role !== 'assistant') for (const part of content) visit(part);
    else for (const part of content) if (part.type === 'text') characters += part.text.length;
  }
  return {
    kind: 'chat',
    tools: request.tools !== undefined,
    vendorTools: request.tools?.some(({ type }) => type === 'provider') === true,
    images,
    imagesByURL,
    files: [...files],
    jsonSchema: request.responseFormat !== undefined,
    reasoning: request.reasoning !== undefined && request.reasoning !== 'none',
    references,
    outputTokens: request.maxOutputTokens ?? 0,
    made: 0,
    mask: false,
    characters,
  };
}

/**
 * An estimate of tokens can be this many times too high (tokenx on Chinese text), so only an input that is larger even then
 * is certain not to fit. The rest is left to the vendor, whose refusal fails over.
 */
const overestimate = 1.7;

/**
 * What a target lacks for a request, in words; `undefined` where nothing is known to be missing.
 *
 * @param contextLength most tokens that it takes and gives together, where that is known
 */
export function missingCapability(
  { provider, capabilities }: Target,
  needs: Requirements,
  contextLength: number | undefined,
  inputTokens: () => number,
): string | undefined {
  if (needs.kind === 'embeddings') {
    if (provider.embed === undefined || capabilities.embeddings === false) return 'embeddings';
  } else if (needs.kind === 'image') {
    const { imageGeneration: makes } = capabilities;
    if (provider.image === undefined || makes === false) return 'image generation';
    if (needs.images && makes === 'prompt') return 'image editing';
    if (needs.mask && makes === 'images') return 'image editing by a mask';
  } else if (capabilities.chat === false) return 'chat';
  if (needs.tools && capabilities.tools === false) return 'tools';
  if (needs.images && capabilities.images === false && needs.kind === 'chat') return 'images';
  if (needs.imagesByURL && capabilities.images === 'data') return 'images by URL';
  if (needs.jsonSchema && capabilities.jsonSchema === false) return 'JSON schema';
  if (needs.reasoning && capabilities.reasoning === false) return 'reasoning';
  const file = needs.files.find((mediaType) => !takes(capabilities.files ?? true, mediaType));
  if (file !== undefined) return `files of type ${file}`;
  if (needs.references.some((providers) => !providers.includes(provider.name))) return 'an uploaded file';
  const { maxOutputTokens = Number.POSITIVE_INFINITY } = capabilities;
  if (needs.outputTokens > maxOutputTokens) return `an output of ${needs.outputTokens} tokens`;
  // Counting takes time, and there are never more tokens than a few for each character.
  const room = (contextLength ?? Number.POSITIVE_INFINITY) - needs.outputTokens;
  if (needs.characters * 3 <= room) return undefined;
  const least = inputTokens() / overestimate;
  return least > room ? `a context of ${Math.ceil(least) + needs.outputTokens} tokens` : undefined;
}

function takes(files: boolean | readonly string[], mediaType: string): boolean {
  if (typeof files === 'boolean') return files;
  return files.some(
    (type) => type === mediaType || (type.endsWith('/*') && mediaType.startsWith(type.slice(0, -1))),
  );
}
