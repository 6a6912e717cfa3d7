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
import { meta, type PartTeller } from './parts.ts';

/** Our answers in the words of the AI SDK. */

/** What an answer needs beyond itself to be told. */
export interface Telling {
  readonly part: PartTeller;
  /** What of the call only the AI SDK's own models take, for an answer of this target. */
  untold(target: string): readonly WarningSpec[];
  /** The model behind a target. */
  modelOf(target: string): string | undefined;
}

export function toGenerateResult(result: ChatResult, telling: Telling): GenerateResult {
  const { origin } = result;
  const told = metadataOf(result);
  // An answer of a model of the AI SDK comes back as it is.
  if (origin !== undefined) {
    const native = origin as GenerateResult;
    const modelId = native.response?.modelId ?? telling.modelOf(result.target);
    return {
      ...native,
      response: { ...native.response, ...(modelId === undefined ? {} : { modelId }) },
      providerMetadata: { ...native.providerMetadata, ...told },
    };
  }
  const { response } = result;
  const refusal = refusalIn(result);
  return {
    content: [
      ...result.content.flatMap((part) => toContent(part, telling)),
      ...(refusal === undefined ? [] : [{ type: 'text' as const, text: refusal }]),
    ],
    finishReason: toFinish(result),
    usage: toUsage(result.usage, vendorUsage(result)),
    providerMetadata: { ...(result.providerMetadata as Keyed), ...told },
    response: {
      ...responseOf(response, result.raw, telling.modelOf(result.target)),
      headers: { ...response.headers },
      body: result.raw,
    },
    warnings: [...result.warnings.map(toWarning), ...telling.untold(result.target)],
  };
}

/** The words in which a model refuses, which are text in the AI SDK. */
export function refusalIn({ providerMetadata }: Pick<ChatResult, 'providerMetadata'>): string | undefined {
  const said = Object.values(providerMetadata).map(({ refusal }) => refusal);
  return said.find((refusal): refusal is string => typeof refusal === 'string');
}

/** `providerMetadata.signalbox` of an answer. */
export interface SignalboxMetadata {
  /** The id of the target that answered. */
  readonly target: string;
  /** What the answer cost, in US$; left out where no price is known. */
  readonly cost?: Cost;
  /** Every attempt in the order they ended. */
  readonly attempts: readonly AttemptSummary[];
  /** How each target was considered. */
  readonly decision?: unknown;
}

export function metadataOf({
  target,
  cost,
  attempts,
  decision,
}: Pick<ChatResult, 'target' | 'cost' | 'attempts' | 'decision'>): Keyed {
  const told: SignalboxMetadata = {
    target,
    ...(cost === undefined ? {} : { cost }),
    attempts,
    ...(decision === undefined ? {} : { decision }),
  };
  // Plain data, which goes to logs and over networks from here.
  return { signalbox: JSON.parse(JSON.stringify(told)) as JsonObject };
}

/** The vendor's word for why it ended, where it has told one. */
export function toFinish({ finishReason, providerMetadata }: ChatResult): FinishSpec {
  for (const said of Object.values(providerMetadata)) {
    const inner = (field: string, name: string): unknown => {
      const value = said[field];
      return isObject(value) ? value[name] : undefined;
    };
    const raw =
      said['finishReason'] ??
      said['stopReason'] ??
      inner('incompleteDetails', 'reason') ??
      inner('promptFeedback', 'blockReason');
    if (typeof raw === 'string') return { unified: finishReason, raw };
  }
  return { unified: finishReason, raw: undefined };
}

/** The vendor's own account of what was used: of a stream it comes with one of the last chunks. */
export function vendorUsage({ raw, providerMetadata }: ChatResult): JsonObject | undefined {
  for (const said of Object.values(providerMetadata)) {
    const usage = said['usage'] ?? said['usageMetadata'];
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

/** Who answered, and when, as far as the vendor says. */
export function responseOf(
  { id, model: said }: ChatResult['response'],
  raw: unknown,
  known: string | undefined,
): { id?: string; modelId?: string; timestamp?: Date } {
  const model = said ?? known;
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

function toContent(part: ContentPart, telling: Telling): readonly ContentSpec[] {
  if (part.type === 'text' || part.type === 'reasoning')
    return [{ type: part.type, text: part.text, ...meta(part) }];
  return telling.part(part);
}
