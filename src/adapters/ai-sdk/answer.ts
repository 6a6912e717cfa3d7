import type {
  ContentSpec,
  FinishSpec,
  GenerateResult,
  JsonObject,
  Keyed,
  UsageSpec,
  WarningSpec,
} from '../../providers/ai-sdk/spec.ts';
import { usageIn } from '../../providers/chat-completions/usage.ts';
import type { ContentPart } from '../../types/request/message.ts';
import type { AttemptSummary, ChatResult, Warning } from '../../types/result/result.ts';
import type { Cost, Usage } from '../../types/result/usage.ts';
import { meta, type PartWriter } from './parts.ts';

/** Converts the router's answers to the AI SDK's types. */

/** The context for converting an answer. */
export interface AnswerContext {
  readonly part: PartWriter;
  /** Warnings for options of the call that only the AI SDK's own models support, for an answer by this target. */
  unsupportedOptions(target: string): readonly WarningSpec[];
  /** The model of a target. */
  modelOf(target: string): string | undefined;
}

export function toGenerateResult(result: ChatResult, context: AnswerContext): GenerateResult {
  const { origin } = result;
  const own = metadataOf(result);
  // The answer of an AI SDK model is returned unchanged.
  if (origin !== undefined) {
    const native = origin as GenerateResult;
    const modelId = native.response?.modelId ?? context.modelOf(result.target);
    return {
      ...native,
      response: { ...native.response, ...(modelId === undefined ? {} : { modelId }) },
      providerMetadata: { ...native.providerMetadata, ...own },
    };
  }
  const { response } = result;
  const refusal = refusalIn(result);
  return {
    content: [
      ...result.content.flatMap((part) => toContent(part, context)),
      ...(refusal === undefined ? [] : [{ type: 'text' as const, text: refusal }]),
    ],
    finishReason: toFinish(result),
    usage: toUsage(result.usage, vendorUsage(result)),
    providerMetadata: { ...(result.providerMetadata as Keyed), ...own },
    response: {
      ...responseOf(response, result.raw, context.modelOf(result.target)),
      headers: { ...response.headers },
      body: result.raw,
    },
    warnings: [...result.warnings.map(toWarning), ...context.unsupportedOptions(result.target)],
  };
}

/** The text of a refusal, which the AI SDK represents as plain text. */
export function refusalIn({ providerMetadata }: Pick<ChatResult, 'providerMetadata'>): string | undefined {
  const refusals = Object.values(providerMetadata).map(({ refusal }) => refusal);
  return refusals.find((refusal): refusal is string => typeof refusal === 'string');
}

/** `providerMetadata.signalbox` of an answer. */
export interface SignalboxMetadata {
  /** The id of the target that answered. */
  readonly target: string;
  /** The cost of the answer in US$; omitted if no price is known. */
  readonly cost?: Cost;
  /** All attempts, in the order they ended. */
  readonly attempts: readonly AttemptSummary[];
  /** The decision about each target. */
  readonly decision?: unknown;
}

export function metadataOf({
  target,
  cost,
  attempts,
  decision,
}: Pick<ChatResult, 'target' | 'cost' | 'attempts' | 'decision'>): Keyed {
  const metadata: SignalboxMetadata = {
    target,
    ...(cost === undefined ? {} : { cost }),
    attempts,
    ...(decision === undefined ? {} : { decision }),
  };
  // Must be plain data, because it goes into logs and over networks.
  return { signalbox: JSON.parse(JSON.stringify(metadata)) as JsonObject };
}

/** The vendor's own finish reason, if it reported one. */
export function toFinish({ finishReason, providerMetadata }: ChatResult): FinishSpec {
  for (const metadata of Object.values(providerMetadata)) {
    const inner = (field: string, name: string): unknown => {
      const value = metadata[field];
      return isObject(value) ? value[name] : undefined;
    };
    const raw =
      metadata['finishReason'] ??
      metadata['stopReason'] ??
      inner('incompleteDetails', 'reason') ??
      inner('promptFeedback', 'blockReason');
    if (typeof raw === 'string') return { unified: finishReason, raw };
  }
  return { unified: finishReason, raw: undefined };
}

/** The vendor's own usage object; a stream has it in one of its last chunks. */
export function vendorUsage({ raw, providerMetadata }: ChatResult): JsonObject | undefined {
  for (const metadata of Object.values(providerMetadata)) {
    const usage = metadata['usage'] ?? metadata['usageMetadata'];
    if (isObject(usage)) return usage;
  }
  for (const chunk of (Array.isArray(raw) ? raw : [raw]).toReversed()) {
    if (!isObject(chunk)) continue;
    const usage = usageIn(chunk) ?? (isObject(chunk['response']) ? chunk['response']['usage'] : undefined);
    if (isObject(usage)) return usage as JsonObject;
  }
  return undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function toUsage(usage: Usage, raw?: JsonObject): UsageSpec {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, reasoningTokens } = usage;
  return {
    inputTokens: {
      total: inputTokens,
      noCache:
        inputTokens === undefined
          ? undefined
          : Math.max(0, inputTokens - (cacheReadTokens ?? 0) - (cacheWriteTokens ?? 0)),
      cacheRead: cacheReadTokens,
      cacheWrite: cacheWriteTokens,
    },
    outputTokens: {
      total: outputTokens,
      text: outputTokens === undefined ? undefined : Math.max(0, outputTokens - (reasoningTokens ?? 0)),
      reasoning: reasoningTokens,
    },
    ...(raw === undefined ? {} : { raw }),
  };
}

/** Response metadata, as far as the vendor reports it. */
export function responseOf(
  { id, model: reported }: ChatResult['response'],
  raw: unknown,
  known: string | undefined,
): { id?: string; modelId?: string; timestamp?: Date } {
  const model = reported ?? known;
  const [first] = Array.isArray(raw) ? raw : [raw];
  const inner: unknown = isObject(first) ? (first['response'] ?? first) : undefined;
  const created = isObject(inner) ? (inner['created'] ?? inner['created_at']) : undefined;
  return {
    ...(id === undefined ? {} : { id }),
    ...(model === undefined ? {} : { modelId: model }),
    ...(typeof created === 'number' ? { timestamp: new Date(created * 1000) } : {}),
  };
}

export function toWarning({ type, feature, details }: Warning): Exclude<WarningSpec, { type: 'deprecated' }> {
  const more = details === undefined ? {} : { details };
  if (type === 'other') return { type, message: details ?? feature };
  return { type: type === 'changed' ? 'compatibility' : type, feature, ...more };
}

function toContent(part: ContentPart, context: AnswerContext): readonly ContentSpec[] {
  if (part.type === 'text' || part.type === 'reasoning')
    return [{ type: part.type, text: part.text, ...meta(part) }];
  return context.part(part);
}
