import type { ResolvedChatRequest, ResolvedTool } from '../../../types/provider.ts';
import type { JSONObject } from '../../../types/request/json.ts';
import type { ProviderOptions } from '../../../types/request/message.ts';
import { countOfSystem } from './prefixes.ts';
import type { Markers } from './vendors.ts';

/** Names of the markers, keys and options of vendors' prompt caches. */
const names = /^(cache_?control|cache_?point|prompt_?cache\w*)$/i;

/** Whether the caller has set its own markers or keys, which then stay unchanged. */
export function hasOwnMarkers({ messages, tools, providerOptions }: ResolvedChatRequest): boolean {
  return isMarkedIn([providerOptions, messages, tools]);
}

function isMarkedIn(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  if (Array.isArray(value)) return value.some(isMarkedIn);
  return Object.entries(value).some(
    ([name, own]) => (names.test(name) && own !== undefined) || isMarkedIn(own),
  );
}

/** The markers that a request gets. */
export interface Marking {
  /** Anthropic's, after the fixed part, and at the end of the prompt, where the vendor moves it along with the conversation. */
  readonly anthropicFixed: boolean;
  readonly anthropicWhole: boolean;
  /** OpenAI's, after the fixed part. It marks the end of the prompt itself. */
  readonly openaiFixed: boolean;
  /** For OpenAI, which sends requests with the same key to the same machine. */
  readonly key: string | undefined;
}

/** https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
const ephemeral: JSONObject = { type: 'ephemeral' };
/** https://developers.openai.com/api/docs/guides/prompt-caching */
const explicit: JSONObject = { mode: 'explicit' };

/** The request with markers, on a copy; `undefined` if it gets none. */
export function marked(request: ResolvedChatRequest, marking: Marking): ResolvedChatRequest | undefined {
  const { messages, tools } = request;
  const { anthropicFixed, anthropicWhole, openaiFixed, key } = marking;
  const last = countOfSystem(messages) - 1;
  const ofFixed: ProviderOptions = {
    ...(anthropicFixed ? { anthropic: { cacheControl: ephemeral } } : {}),
    ...(openaiFixed ? { openai: { prompt_cache_breakpoint: explicit } } : {}),
  };
  const ofAll: ProviderOptions = {
    ...(anthropicWhole ? { anthropic: { cacheControl: ephemeral } } : {}),
    ...(key === undefined ? {} : { openai: { prompt_cache_key: key } }),
  };
  if (Object.keys(ofFixed).length === 0 && Object.keys(ofAll).length === 0) return undefined;
  const whole = withOptions(request, ofAll);
  return {
    ...whole,
    // A separate list, which identifies the request later.
    messages: messages.map((message, index) => (index === last ? withOptions(message, ofFixed) : message)),
    ...(tools !== undefined && last === -1 ? { tools: withMarkedEnd(tools, ofFixed) } : {}),
  };
}

/** Whose marker fits the end of the fixed part: without a system message that is a tool, for which OpenAI has no marker. */
export function endOfFixed({ messages, tools }: ResolvedChatRequest): Readonly<Record<Markers, boolean>> {
  const isSystem = countOfSystem(messages) > 0;
  return { anthropic: isSystem || tools?.at(-1)?.type === 'function', openai: isSystem };
}

function withMarkedEnd(tools: readonly ResolvedTool[], options: ProviderOptions): readonly ResolvedTool[] {
  return tools.map((tool, index) =>
    index === tools.length - 1 && tool.type === 'function' ? withOptions(tool, options) : tool,
  );
}

function withOptions<T extends { readonly providerOptions?: ProviderOptions }>(
  to: T,
  more: ProviderOptions,
): T {
  const vendors = Object.entries(more);
  if (vendors.length === 0) return to;
  const { providerOptions } = to;
  const merged = vendors.map(([vendor, own]) => [vendor, { ...providerOptions?.[vendor], ...own }]);
  return { ...to, providerOptions: { ...providerOptions, ...Object.fromEntries(merged) } };
}
