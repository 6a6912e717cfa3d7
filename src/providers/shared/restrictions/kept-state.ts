import type { ResolvedChatRequest } from '../../../types/provider.ts';

/** OpenAI's options for what it keeps (https://platform.openai.com/docs/guides/conversation-state). */
const options = ['previous_response_id', 'conversation', 'prompt'] as const;

/**
 * What a provider of another vendor lacks for a request that continues what OpenAI keeps: without it, the
 * answer would be to a different conversation. `undefined` for nothing.
 */
export function keptByOpenAI({ providerOptions }: ResolvedChatRequest, provider: string): string | undefined {
  if (providerOptions === undefined || provider === 'openai') return undefined;
  for (const name of options) {
    const value = providerOptions['openai.responses']?.[name] ?? providerOptions['openai']?.[name];
    if ((value ?? undefined) !== undefined) return `${name}, which needs openai() with api: 'responses'`;
  }
  return undefined;
}
