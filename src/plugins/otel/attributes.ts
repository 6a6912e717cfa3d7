import type { Attributes } from '@opentelemetry/api';
import type { AttemptPlan, RequestContext } from '../../types/plugin.ts';
import type { Decision } from '../../types/result/decision.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import type { Cost, Usage } from '../../types/result/usage.ts';
import { compact } from '../../util/json.ts';
import { genAi, operations, own, providerName } from './names.ts';

/** Attributes that a sampler may use must be present when a span starts. */
export function samplingAttributes(target: AttemptPlan['target'], { operation }: RequestContext): Attributes {
  return {
    [genAi.operation]: operations[operation],
    [genAi.provider]: providerName(target.provider),
    [genAi.requestModel]: target.model,
    [own.target]: target.id,
  };
}

/** The rest, for spans that are recorded. */
export function attemptStart({ attempt, key }: AttemptPlan, context: RequestContext): Attributes {
  return compact({
    [genAi.stream]: context.operation === 'stream' ? true : undefined,
    [genAi.conversation]: context.session,
    ...requestParameters(context),
    [own.attempt]: attempt,
    [own.key]: key,
    [own.tenant]: context.tenant,
    [own.mirror]: context.shadow ? true : undefined,
  });
}

function requestParameters({ request }: RequestContext): Attributes {
  if (!('messages' in request)) return {};
  const { maxOutputTokens, temperature, topP, topK, seed, stopSequences, presencePenalty, frequencyPenalty } =
    request;
  return {
    [genAi.maxTokens]: maxOutputTokens,
    [genAi.temperature]: temperature,
    [genAi.topP]: topP,
    [genAi.topK]: topK,
    [genAi.seed]: seed,
    [genAi.stopSequences]: stopSequences && [...stopSequences],
    [genAi.presencePenalty]: presencePenalty,
    [genAi.frequencyPenalty]: frequencyPenalty,
  };
}

export function requestStart({ id, tenant, tags, shadow, session }: RequestContext): Attributes {
  return compact({
    [own.request]: id,
    [own.tenant]: tenant,
    [own.tags]: tags.length === 0 ? undefined : [...tags],
    [own.mirror]: shadow ? true : undefined,
    [genAi.conversation]: session,
  });
}

export function decisionAttributes({ route, strategy, candidates, skipped }: Decision): Attributes {
  return {
    [own.route]: route,
    [own.strategy]: strategy,
    [own.candidates]: candidates.map(({ target }) => target),
    ...(skipped.length === 0
      ? {}
      : { [own.skipped]: skipped.map(({ target, reason }) => `${target}: ${reason}`) }),
  };
}

export function attemptEnd(summary: AttemptSummary): Attributes {
  const { outcome, billed, response, error, hedge, serviceTier, firstToken } = summary;
  return compact({
    [own.outcome]: outcome,
    [own.billed]: billed,
    [own.hedge]: hedge,
    [own.serviceTier]: serviceTier,
    [genAi.responseId]: response?.id,
    [genAi.responseModel]: response?.model,
    [genAi.firstChunk]: firstToken === undefined ? undefined : firstToken / 1_000,
    [genAi.errorType]: error?.status === undefined ? error?.kind : String(error.status),
    [own.errorCode]: error?.code,
  });
}

/** Only for attempts that are or may be billed, so that the sum over all spans is the bill. */
export function usageAttributes(usage: Usage): Attributes {
  return compact({
    [genAi.inputTokens]: usage.inputTokens,
    [genAi.outputTokens]: usage.outputTokens,
    [genAi.cacheRead]: usage.cacheReadTokens,
    [genAi.cacheWrite]: usage.cacheWriteTokens,
    [genAi.reasoning]: usage.reasoningTokens,
  });
}

export function costAttributes({ total, source, estimated }: Cost): Attributes {
  return { [genAi.cost]: total, [own.priceSource]: source, ...(estimated ? { [own.estimated]: true } : {}) };
}

/**
 * Langfuse computes totals of usage itself unless it gets exact figures: buckets that exclude one another, as
 * JSON (https://langfuse.com/integrations/native/opentelemetry).
 */
export function langfuseAttributes(
  { usage, cost }: AttemptSummary,
  firstTokenAt: number | undefined,
): Attributes {
  const first =
    firstTokenAt === undefined
      ? undefined
      : { 'langfuse.observation.completion_start_time': new Date(firstTokenAt).toISOString() };
  if (usage === undefined) return first ?? {};
  const { inputTokens, outputTokens, cacheReadTokens = 0, cacheWriteTokens = 0, reasoningTokens = 0 } = usage;
  const details = compact({
    input: inputTokens === undefined ? undefined : inputTokens - cacheReadTokens - cacheWriteTokens,
    input_cached_tokens: cacheReadTokens || undefined,
    input_cache_creation: cacheWriteTokens || undefined,
    output: outputTokens === undefined ? undefined : outputTokens - reasoningTokens,
    output_reasoning_tokens: reasoningTokens || undefined,
  });
  const costs = cost && {
    'langfuse.observation.cost_details': JSON.stringify(
      compact({
        input: cost.input,
        input_cached_tokens: cost.cacheRead || undefined,
        input_cache_creation: cost.cacheWrite || undefined,
        output: cost.output,
        total: cost.total,
      }),
    ),
  };
  return { ...first, 'langfuse.observation.usage_details': JSON.stringify(details), ...costs };
}

/** Langfuse's names for the user and session (https://langfuse.com/docs/observability/features/users). */
export function langfuseTrace({ user, session, tags, tenant }: RequestContext): Attributes {
  return compact({
    'user.id': user,
    'session.id': session,
    'langfuse.trace.tags': tags.length === 0 ? undefined : [...tags],
    'langfuse.trace.metadata.tenant': tenant,
  });
}
