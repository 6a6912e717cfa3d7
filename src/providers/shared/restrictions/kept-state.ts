import type { ResolvedChatRequest } from '../../../types/provider.ts';

/** OpenAI's options for stored state (https://platform.openai.com/docs/guides/conversation-state). */
const options = ['previous_response_id', 'conversation', 'prompt'] as const;

/**
 * The feature that another vendor's provider lacks for a request that continues state stored at OpenAI:
 * without it, the answer would be to a different conversation. `undefined` for none.
 */
export function keptByOpenAI({ providerOptions }: ResolvedChatRequest, provider: string): string | undefined {
  if (providerOptions === undefined || provider === 'openai') return undefined;
  for (const name of options) {
    const value = providerOptions['openai.responses']?.[name] ?? providerOptions['openai']?.[name];
    if ((value ?? undefined) !== undefined) return `${name}, which needs openai() with api: 'responses'`;
  }
  return undefined;
}
