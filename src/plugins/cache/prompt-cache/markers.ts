import type { ResolvedChatRequest } from '../../../types/provider.ts';
import type { JSONObject } from '../../../types/request/json.ts';
import type { Message, ProviderOptions } from '../../../types/request/message.ts';
import type { Reuse } from './reuse.ts';

const ephemeral: JSONObject = { type: 'ephemeral' };

/** Whether the caller has set markers or keys of its own, which then stay as they are. */
export function hasOwnMarkers({ messages, tools, providerOptions }: ResolvedChatRequest): boolean {
  const marked: readonly unknown[] = [providerOptions, messages, tools];
  return /"(cache_?control|prompt_?cache_\w+|prompt_?cache\w*)"/i.test(JSON.stringify(marked));
}

/** Which vendors' markers a request gets. */
export interface Marking {
  readonly marksAnthropic: boolean;
  /** For OpenAI, which sends requests with the same key to the same machine. */
  readonly key: string | undefined;
}

/**
 * The request with the markers that pay, on a copy: at Anthropic after the system messages, and at the end of the
 * prompt, where the vendor moves it along with the conversation; `undefined` if none pays.
 */
export function marked(
  request: ResolvedChatRequest,
  { isReal, fixedPays, wholePays }: Reuse,
  { marksAnthropic, key }: Marking,
): ResolvedChatRequest | undefined {
  const last = request.messages.findLastIndex(({ role }) => role === 'system');
  const marksFixed = marksAnthropic && fixedPays && last !== -1;
  const marksWhole = marksAnthropic && wholePays;
  const setsKey = isReal && key !== undefined;
  if (!marksFixed && !marksWhole && !setsKey) return undefined;
  const { anthropic, openai } = request.providerOptions ?? {};
  const providerOptions: ProviderOptions = {
    ...request.providerOptions,
    ...(marksWhole ? { anthropic: { ...anthropic, cache_control: ephemeral } } : {}),
    ...(setsKey ? { openai: { ...openai, prompt_cache_key: key } } : {}),
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
