import type { RequestState } from '../request.ts';
import type { Target } from '../targets/target.ts';
import { mostTokens } from './context-length.ts';

/**
 * A token estimate can be too high by this factor: tokenizers differ. Only an input that exceeds the context even after division by
 * it is certain not to fit; for others the vendor decides, and its refusal fails over.
 */
const overestimate = 1.7;

/**
 * Why a target cannot take a request, in words; `undefined` if no reason is known.
 *
 * @param contextLength maximum tokens of input and output together, if known
 */
export function missingCapability(
  target: Target,
  request: RequestState,
  contextLength: number | undefined,
): string | undefined {
  const { provider, capabilities } = target;
  const { operation, needs } = request;
  const missing = operation.missing(target, needs, request.request);
  if (missing !== undefined) return missing;
  if (needs.tools && capabilities.tools === false) return 'tools';
  if (needs.imagesByURL && capabilities.images === 'data') return 'images by URL';
  if (needs.jsonSchema && capabilities.jsonSchema === false) return 'JSON schema';
  if (needs.reasoning && capabilities.reasoning === false) return 'reasoning';
  const file = needs.files.find((mediaType) => !takes(capabilities.files ?? true, mediaType));
  if (file !== undefined) return `files of type ${file}`;
  if (needs.references.some((providers) => !providers.includes(provider.name))) return 'an uploaded file';
  const { maxOutputTokens = Number.POSITIVE_INFINITY } = capabilities;
  if (needs.outputTokens > maxOutputTokens) return `an output of ${needs.outputTokens} tokens`;
  // Skips counting if even the upper bound of tokens per character fits.
  const room = (contextLength ?? Number.POSITIVE_INFINITY) - needs.outputTokens;
  if (needs.characters * mostTokens <= room) return undefined;
  const least = request.inputTokens / overestimate;
  return least > room ? `a context of ${Math.ceil(least) + needs.outputTokens} tokens` : undefined;
}

function takes(files: boolean | readonly string[], mediaType: string): boolean {
  if (typeof files === 'boolean') return files;
  return files.some(
    (type) => type === mediaType || (type.endsWith('/*') && mediaType.startsWith(type.slice(0, -1))),
  );
}
