import type { Usage } from '../../../types/result/usage.ts';
import { asCount, asObject, asObjects, compact, sumKnown } from '../../../util/json.ts';

/**
 * Gemini's `promptTokenCount` holds the cached tokens; its `candidatesTokenCount` leaves out the thoughts, ours hold them
 * (https://ai.google.dev/api/generate-content#UsageMetadata).
 */
export function toUsage(wire: unknown): Usage {
  const usage = asObject(wire);
  if (usage === undefined) return {};
  const thoughts = asCount(usage['thoughtsTokenCount']);
  const answer = asCount(usage['candidatesTokenCount']);
  return compact({
    inputTokens: sumKnown(asCount(usage['promptTokenCount']), asCount(usage['toolUsePromptTokenCount'])),
    outputTokens: sumKnown(answer, thoughts),
    cacheReadTokens: asCount(usage['cachedContentTokenCount']),
    reasoningTokens: thoughts,
    audioInputTokens: tokensOf(usage['promptTokensDetails'], 'AUDIO'),
    audioOutputTokens: tokensOf(usage['candidatesTokensDetails'], 'AUDIO'),
    imageOutputTokens: tokensOf(usage['candidatesTokensDetails'], 'IMAGE'),
  });
}

function tokensOf(details: unknown, wanted: string): number | undefined {
  return asCount(asObjects(details).find(({ modality }) => modality === wanted)?.['tokenCount']);
}
