import type {
  ContentSpec,
  FinishSpec,
  GenerateResult,
  Json,
  JsonObject,
  Keyed,
  UsageSpec,
  WarningSpec,
  WholePart,
} from '../../providers/ai-sdk/spec.ts';
import type { ContentPart, DataContent, FilePart, ProviderOptions } from '../../types/message.ts';
import type { AttemptSummary, ChatResult, Warning } from '../../types/result.ts';
import type { Cost, Usage } from '../../types/usage.ts';
import type { ToolNames } from './vendor-words.ts';

/** Our answers in the words of the AI SDK. */

/** What an answer needs beyond itself to be told. */
export interface Telling {
  readonly names: ToolNames;
  /** Names of the tools that the application has declared. */
  readonly declared: ReadonlySet<string>;
}

export function toGenerateResult(result: ChatResult, telling: Telling): GenerateResult {
  const { origin } = result;
  const told = metadataOf(result);
  // An answer of a model of the AI SDK comes back as it is.
  if (origin !== undefined) {
    const native = origin as GenerateResult;
    return { ...native, providerMetadata: { ...native.providerMetadata, ...told } };
  }
  const { response } = result;
  return {
    content: result.content.map((part) => toContent(part, telling)),
    finishReason: toFinish(result),
    usage: toUsage(result.usage, vendorUsage(result)),
    providerMetadata: { ...(result.providerMetadata as Keyed), ...told },
    response: {
      ...responseOf(response, result.raw),
      headers: { ...response.headers },
      body: result.raw,
    },
    warnings: result.warnings.map(toWarning),
  };
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
    const details = said['incompleteDetails'] as { readonly reason?: unknown } | undefined;
    const raw = said['finishReason'] ?? said['stopReason'] ?? details?.reason;
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
    const usage = chunk['usage'] ?? (isObject(chunk['response']) ? chunk['response']['usage'] : undefined);
    if (isObject(usage)) return usage;
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
          : inputTokens - (cacheReadTokens ?? 0) - (cacheWriteTokens ?? 0),
      cacheRead: cacheReadTokens,
      cacheWrite: cacheWriteTokens,
    },
    outputTokens: {
      total: outputTokens,
      text: outputTokens === undefined ? undefined : outputTokens - (reasoningTokens ?? 0),
      reasoning: reasoningTokens,
    },
    ...(raw === undefined ? {} : { raw }),
  };
}

/** Who answered, and when, as far as the vendor says. */
export function responseOf(
  { id, model }: ChatResult['response'],
  raw: unknown,
): { id?: string; modelId?: string; timestamp?: Date } {
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

function toContent(part: ContentPart, telling: Telling): ContentSpec {
  if (part.type === 'text' || part.type === 'reasoning')
    return { type: part.type, text: part.text, ...meta(part) };
  return toWhole(part, telling);
}

export function meta({ providerOptions }: { readonly providerOptions?: ProviderOptions }): {
  providerMetadata?: Keyed;
} {
  return providerOptions === undefined ? {} : { providerMetadata: providerOptions as Keyed };
}

type Whole = Exclude<ContentPart, { readonly type: 'text' | 'reasoning' }>;

export function toWhole(part: Whole, { names, declared }: Telling): WholePart {
  switch (part.type) {
    case 'tool-call': {
      const { toolCallId, input, providerExecuted } = part;
      const toolName = providerExecuted === true ? names(part.toolName) : part.toolName;
      return {
        type: 'tool-call',
        toolCallId,
        toolName,
        input: typeof input === 'string' ? input : JSON.stringify(input),
        ...(providerExecuted === undefined ? {} : { providerExecuted }),
        ...dynamic(toolName, providerExecuted, declared),
        ...meta(part),
      };
    }
    case 'tool-result': {
      const { toolCallId, output } = part;
      const toolName = names(part.toolName);
      const failed = output.type === 'error-json' || output.type === 'error-text';
      return {
        type: 'tool-result',
        toolCallId,
        toolName,
        result: ('value' in output ? (output.value as Json) : output.reason) ?? '',
        ...(failed ? { isError: true } : {}),
        ...dynamic(toolName, true, declared),
        ...meta(part),
      };
    }
    case 'file':
    case 'reasoning-file':
      return { type: part.type, mediaType: part.mediaType, data: toMadeData(part.data), ...meta(part) };
    case 'tool-approval-request':
      return { type: part.type, approvalId: part.approvalId, toolCallId: part.toolCallId, ...meta(part) };
    case 'custom':
      return { type: part.type, kind: part.kind, ...meta(part) };
    case 'source': {
      const { id, url, title, mediaType, filename } = part;
      if (url !== undefined) {
        return {
          type: 'source',
          sourceType: 'url',
          id,
          url,
          ...(title === undefined ? {} : { title }),
          ...meta(part),
        };
      }
      return {
        type: 'source',
        sourceType: 'document',
        id,
        mediaType: mediaType ?? 'application/octet-stream',
        title: title ?? id,
        ...(filename === undefined ? {} : { filename }),
        ...meta(part),
      };
    }
  }
}

/** The AI SDK takes a tool that nobody declared only from vendors, and only if it is told so. */
function dynamic(
  toolName: string,
  byVendor: boolean | undefined,
  declared: ReadonlySet<string>,
): { dynamic?: true } {
  return byVendor === true && !declared.has(toolName) ? { dynamic: true } : {};
}

function toMadeData(data: DataContent): Extract<WholePart, { type: 'file' }>['data'] {
  if (data instanceof URL) return { type: 'url', url: data };
  if (typeof data === 'string' && /^https?:/i.test(data)) return { type: 'url', url: new URL(data) };
  return { type: 'data', data: data as Exclude<FilePart['data'], URL | { readonly type: 'reference' }> };
}
