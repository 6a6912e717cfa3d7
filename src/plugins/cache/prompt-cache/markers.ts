import type { ResolvedChatRequest } from '../../../types/provider.ts';
import type { JSONObject } from '../../../types/request/json.ts';
import type { Message, ProviderOptions } from '../../../types/request/message.ts';
import type { PromptReuse } from './reuse.ts';

const ephemeral: JSONObject = { type: 'ephemeral' };

/**
 * Least tokens of a prompt that Anthropic caches, by model; below it markers are ignored
 * (https://platform.claude.com/docs/en/build-with-claude/prompt-caching#cache-limitations).
 */
const floors: readonly (readonly [RegExp, number])[] = [
  [/(opus|fable)-5/, 512],
  [/opus-4-7/, 2_048],
  [/opus-4-[56]|haiku-4-5/, 4_096],
  [/haiku/, 2_048],
];
const usualFloor = 1_024;

/** The least tokens that any of the models caches. */
export function floorOf(models: readonly string[]): number {
  const own = models.map((model) => floors.find(([pattern]) => pattern.test(model))?.[1] ?? usualFloor);
  return Math.max(...own);
}

/** Whether the caller has set markers or keys of its own, which then stay as they are. */
export function hasOwnMarkers({ messages, tools, providerOptions }: ResolvedChatRequest): boolean {
  const marked: readonly unknown[] = [providerOptions, messages, tools];
  return /"(cache_?control|prompt_?cache_\w+|prompt_?cache\w*)"/i.test(JSON.stringify(marked));
}

/**
 * The request with the markers that pay, on a copy: at Anthropic after the system messages, and at the end of the
 * prompt, where the vendor moves it along with the conversation; `undefined` if none pays.
 *
 * @param floor least tokens that Anthropic caches
 * @param key for OpenAI, which sends requests with the same key to the same cache
 */
export function marked(
  request: ResolvedChatRequest,
  reuse: PromptReuse,
  floor: number,
  key: string,
): ResolvedChatRequest | undefined {
  const { fixedTokens, tokens, fixedPays, wholePays } = reuse;
  const marksWhole = wholePays && tokens >= floor;
  const last = request.messages.findLastIndex(({ role }) => role === 'system');
  const marksFixed = fixedPays && fixedTokens >= floor && last !== -1;
  if (!fixedPays && !wholePays) return undefined;
  const { anthropic, openai } = request.providerOptions ?? {};
  const providerOptions: ProviderOptions = {
    ...request.providerOptions,
    ...(marksWhole ? { anthropic: { ...anthropic, cache_control: ephemeral } } : {}),
    openai: { ...openai, prompt_cache_key: key },
  };
  // A list of its own, by which the request is known again.
  const messages = marksFixed
    ? request.messages.map((message, index) => (index === last ? withMarker(message) : message))
    : [...request.messages];
  return { ...request, messages, providerOptions };
}

function withMarker<M extends Message>(message: M): M {
  const { providerOptions } = message;
  return {
    ...message,
    providerOptions: {
      ...providerOptions,
      anthropic: { ...providerOptions?.['anthropic'], cacheControl: ephemeral },
    },
  };
}
