import type { ProviderCall } from '../../types/provider.ts';
import type { ReasoningEffort } from '../../types/request/request.ts';
import type { Warning } from '../../types/result/result.ts';

/**
 * The least effort of models that cannot stop thinking
 * (https://platform.openai.com/docs/api-reference/chat/create#chat-create-reasoning_effort).
 */
const least: readonly (readonly [models: RegExp, effort: ReasoningEffort])[] = [
  [/^o\d/, 'low'],
  [/^gpt-5(-mini|-nano)?(-\d{4}-\d{2}-\d{2})?$/, 'minimal'],
];

/** A call that asks for the least effort that its model has, where it asks for none. */
export function withLeastEffort(call: ProviderCall, warnings: Warning[]): ProviderCall {
  if (call.reasoning !== 'none') return call;
  const effort = least.find(([models]) => models.test(call.model))?.[1];
  if (effort === undefined) return call;
  const details = 'this model always thinks; it is asked for the least';
  warnings.push({ type: 'changed', feature: 'reasoning', details });
  return { ...call, reasoning: effort };
}
