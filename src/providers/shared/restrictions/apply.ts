import type { ProviderCall, ResolvedChatRequest } from '../../../types/provider.ts';
import type { ReasoningEffort } from '../../../types/request/request.ts';
import type { Warning } from '../../../types/result/result.ts';
import { compact } from '../../../util/json.ts';
import { schemaInstruction } from '../schema/instruction.ts';
import { withOwnTools } from '../tools/tools.ts';
import { keptByOpenAI } from './kept-state.ts';
import type { RestrictedSetting, Restriction, RestrictionEffect } from './restriction.ts';

/** Efforts from the least to the highest. */
const scale: readonly ReasoningEffort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** Values that request the vendor's default behavior, so that omitting them changes nothing. */
const defaults: Partial<Record<RestrictedSetting, unknown>> = {
  temperature: 1,
  topP: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
};

/** The call in a form that its vendor accepts, with a warning for each change. */
export function restrict(
  call: ProviderCall,
  provider: string,
  restrictions: readonly Restriction[],
  warnings: Warning[],
): ProviderCall {
  const hasTools = call.tools !== undefined || call.toolChoice !== undefined;
  let sent = hasTools ? withOwnTools(call, provider, warnings) : call;
  let isBare = setsNothing(sent, provider);
  for (const restriction of restrictions) {
    const { effect } = restriction;
    // Most requests set nothing that could be omitted or changed.
    if ('incapable' in effect || (isBare && !('change' in effect))) continue;
    if (!applies(restriction, sent, call.model)) continue;
    sent = applied(effect, restriction.details, sent, provider, warnings);
    isBare = setsNothing(sent, provider);
  }
  return sent;
}

/** Whether a call has no setting and no option that the effects other than `change` are about. */
function setsNothing(call: ProviderCall, provider: string): boolean {
  for (const setting of restricted) if (call[setting] !== undefined) return false;
  return call.responseFormat === undefined && call.providerOptions?.[provider] === undefined;
}

const restricted = Object.keys({
  temperature: true,
  topP: true,
  topK: true,
  seed: true,
  stopSequences: true,
  presencePenalty: true,
  frequencyPenalty: true,
  reasoning: true,
  toolChoice: true,
} satisfies Record<RestrictedSetting, true>) as RestrictedSetting[];

/**
 * The feature that a model lacks for a request, according to its vendor's restrictions; `undefined` for none.
 */
export function lackedBy(
  restrictions: readonly Restriction[],
  provider: string,
  request: ResolvedChatRequest,
  model: string,
): string | undefined {
  const kept = keptByOpenAI(request, provider);
  if (kept !== undefined) return kept;
  for (const restriction of restrictions) {
    const { effect } = restriction;
    if ('incapable' in effect && applies(restriction, request, model)) return effect.incapable;
  }
  return undefined;
}

function applies(
  { models, when, effect }: Restriction,
  request: ResolvedChatRequest,
  model: string,
): boolean {
  // The cheap checks come first: most requests set none of these.
  if ('efforts' in effect && request.reasoning === undefined) return false;
  if ('jsonBy' in effect && request.responseFormat === undefined) return false;
  if ('mostStopSequences' in effect && request.stopSequences === undefined) return false;
  if (models instanceof RegExp && !models.test(model)) return false;
  if (when?.(request) === false) return false;
  return typeof models !== 'function' || models(model);
}

function applied(
  effect: Exclude<RestrictionEffect, { readonly incapable: string }>,
  details: string | undefined,
  call: ProviderCall,
  provider: string,
  warnings: Warning[],
): ProviderCall {
  if ('leaveOut' in effect) {
    const left = withoutSettings(call, effect.leaveOut, details, warnings);
    return effect.options === undefined
      ? left
      : withoutOptions(left, provider, effect.options, details, warnings);
  }
  if ('efforts' in effect) return withEffort(call, effect.efforts, warnings);
  if ('mostStopSequences' in effect) return withStopSequences(call, effect.mostStopSequences, warnings);
  if ('jsonBy' in effect) return withInstruction(call, warnings);
  const { feature, change } = effect;
  if (feature !== undefined)
    warnings.push({ type: 'changed', feature, ...(details === undefined ? {} : { details }) });
  return compact({ ...call, ...change(call) });
}

function withoutSettings(
  call: ProviderCall,
  settings: readonly RestrictedSetting[],
  details: string | undefined,
  warnings: Warning[],
): ProviderCall {
  const given = settings.filter((setting) => call[setting] !== undefined);
  if (given.length === 0) return call;
  for (const feature of given) {
    if (call[feature] === defaults[feature]) continue;
    warnings.push({ type: 'unsupported', feature, ...(details === undefined ? {} : { details }) });
  }
  return omit(call, given);
}

function withoutOptions(
  call: ProviderCall,
  provider: string,
  names: readonly string[],
  details: string | undefined,
  warnings: Warning[],
): ProviderCall {
  const own = call.providerOptions?.[provider];
  const given = own === undefined ? [] : names.filter((name) => (own[name] ?? undefined) !== undefined);
  if (own === undefined || given.length === 0) return call;
  for (const name of given) {
    const feature = `providerOptions.${provider}.${name}`;
    warnings.push({ type: 'unsupported', feature, ...(details === undefined ? {} : { details }) });
  }
  return { ...call, providerOptions: { ...call.providerOptions, [provider]: omit(own, given) } };
}

function omit<T extends object>(from: T, names: readonly string[]): T {
  return Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name))) as T;
}

function withEffort(
  call: ProviderCall,
  efforts: readonly ReasoningEffort[],
  warnings: Warning[],
): ProviderCall {
  const { reasoning } = call;
  if (reasoning === undefined || efforts.includes(reasoning)) return call;
  const wanted = scale.indexOf(reasoning);
  const effort = efforts.findLast((one) => scale.indexOf(one) <= wanted) ?? efforts[0];
  if (effort === undefined) return call;
  // A request for some reasoning gets some, where the model has a choice.
  const least = effort === 'none' && efforts[1] !== undefined ? efforts[1] : effort;
  const details = `this model does not accept '${reasoning}'; '${least}' is sent`;
  warnings.push({ type: 'changed', feature: 'reasoning', details });
  return { ...call, reasoning: least };
}

function withStopSequences(call: ProviderCall, most: number, warnings: Warning[]): ProviderCall {
  const { stopSequences = [] } = call;
  if (stopSequences.length <= most) return call;
  const details = `only the first ${most} are sent: the vendor accepts no more`;
  warnings.push({ type: 'changed', feature: 'stopSequences', details });
  return { ...call, stopSequences: stopSequences.slice(0, most) };
}

/** Puts the instruction after the system messages at the beginning. */
function withInstruction(call: ProviderCall, warnings: Warning[]): ProviderCall {
  const { messages, responseFormat } = call;
  const content = schemaInstruction(responseFormat?.schema, warnings);
  const first = messages.findIndex(({ role }) => role !== 'system');
  const at = first === -1 ? messages.length : first;
  const instructed = [...messages.slice(0, at), { role: 'system', content } as const, ...messages.slice(at)];
  return { ...omit(call, ['responseFormat']), messages: instructed };
}
