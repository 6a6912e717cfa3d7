import {
  type Context,
  context as contexts,
  type Logger,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { isRouterError } from '../../errors.ts';
import type { Clock } from '../../types/clock.ts';
import type { AttemptObserver, AttemptPlan, RequestContext, RequestSummary } from '../../types/plugin.ts';
import type { Decision } from '../../types/result/decision.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import {
  attemptEnd,
  attemptStart,
  costAttributes,
  decisionAttributes,
  langfuseAttributes,
  langfuseTrace,
  requestStart,
  samplingAttributes,
  usageAttributes,
} from './attributes.ts';
import { type ContentPlaces, detailsEvent, inputMessages, outputMessages } from './content.ts';
import { genAi, operations, own } from './names.ts';

export interface SpanOptions {
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly content: ContentPlaces;
  /** The logger for events, if they contain content. */
  readonly logger: Pick<Logger, 'emit'> | undefined;
  readonly usage: 'auto' | 'attempt' | 'caller';
  readonly langfuse: boolean;
}

/** The span of a request, with one for each attempt. */
export class RequestSpan {
  readonly #options: SpanOptions;
  readonly #request: RequestContext;
  readonly #span: Span;
  readonly #parent: Context;
  /** The caller's own span has the usage. */
  readonly #usageIsCallers: boolean;
  /** The last attempt's, which stays open for the content of the answer. */
  #open: { readonly span: Span; readonly endedAt: number } | undefined;

  constructor(request: RequestContext, options: SpanOptions) {
    const { tracer, usage, langfuse } = options;
    const active = contexts.active();
    this.#options = options;
    this.#request = request;
    this.#usageIsCallers =
      usage === 'caller' ||
      (usage === 'auto' && (hasOwnUsage(trace.getSpan(active)) || isTracedEmbedding(request)));
    const span = tracer.startSpan(nameOf(request), internal, active);
    if (span.isRecording()) {
      span.setAttributes(requestStart(request));
      if (langfuse) span.setAttributes(langfuseTrace(request));
    }
    this.#span = span;
    this.#parent = trace.setSpan(active, this.#span);
  }

  routed(decision: Decision): void {
    if (!this.#span.isRecording()) return;
    this.#span.updateName(nameOf(this.#request));
    this.#span.setAttributes(decisionAttributes(decision));
  }

  attempt(plan: AttemptPlan, target: AttemptPlan['target']): AttemptObserver {
    const { tracer, content, clock } = this.#options;
    const request = this.#request;
    const name = `${operations[request.operation]} ${target.model}`;
    const options = { kind: SpanKind.CLIENT, attributes: samplingAttributes(target, request) };
    const span = tracer.startSpan(name, options, this.#parent);
    const active = trace.setSpan(this.#parent, span);
    if (span.isRecording()) {
      span.setAttributes(attemptStart(plan, request));
      if (content.span) span.setAttributes(inputMessages(request.request));
    }
    let firstTokenAt: number | undefined;
    return {
      around: (call) => contexts.with(active, call),
      firstToken() {
        firstTokenAt = clock.date();
      },
      end: (summary) => this.#endAttempt(span, summary, firstTokenAt),
    };
  }

  end(summary: RequestSummary): void {
    const span = this.#span;
    this.#closeLast(summary);
    if (!span.isRecording()) {
      span.end();
      return;
    }
    const { outcome, error, attempts, lookup, target, firstToken, decision } = summary;
    for (const { plugin, facts } of decision?.notes ?? [])
      span.addEvent(own.note, { [own.plugin]: plugin, ...facts });
    const failed = attempts.filter((attempt) => attempt.outcome === 'failed').length;
    const hedges = attempts.filter(({ hedge }) => hedge).length;
    span.setAttributes({
      [own.outcome]: outcome,
      [own.attempts]: attempts.length,
      ...(target === undefined ? {} : { [own.target]: target }),
      ...(failed === 0 ? {} : { [own.failedAttempts]: failed, [own.failover]: outcome === 'success' }),
      ...(hedges === 0 ? {} : { [own.hedges]: hedges }),
      ...(lookup === undefined ? {} : { [own.lookup]: `${lookup.source} of ${lookup.plugin}` }),
      ...(lookup?.savedCost === undefined ? {} : { [own.saved]: lookup.savedCost }),
      ...(firstToken === undefined ? {} : { 'signalbox.time_to_first_token': firstToken / 1_000 }),
    });
    if (outcome !== 'success') {
      const code = outcome === 'aborted' ? 'aborted' : isRouterError(error) ? error.code : 'unknown';
      span.setAttribute(genAi.errorType, code);
      // No message: it may hold what an application's own code put into it.
      if (outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR, message: code });
    }
    span.end();
  }

  #endAttempt(span: Span, summary: AttemptSummary, firstTokenAt: number | undefined): void {
    const { langfuse, clock } = this.#options;
    if (span.isRecording()) {
      const { billed, usage, cost, outcome, error } = summary;
      span.setAttributes(attemptEnd(summary));
      if (billed !== 'no' && !this.#usageIsCallers) {
        if (usage !== undefined) span.setAttributes(usageAttributes(usage));
        if (cost !== undefined) span.setAttributes(costAttributes(cost));
        if (langfuse) span.setAttributes(langfuseAttributes(summary, firstTokenAt));
      }
      if (outcome === 'failed')
        span.setStatus({ code: SpanStatusCode.ERROR, message: error?.kind ?? 'failed' });
    }
    this.#open?.span.end(this.#open.endedAt);
    this.#open = undefined;
    // The answer's finish reason and content come with the end of the request.
    if (summary.outcome === 'success') this.#open = { span, endedAt: clock.date() };
    else span.end(clock.date());
  }

  #closeLast(summary: RequestSummary): void {
    const { result } = summary;
    if (this.#open === undefined) return;
    const { span, endedAt } = this.#open;
    this.#open = undefined;
    this.#emitContent(span, summary);
    if (span.isRecording()) {
      if (this.#options.content.span) span.setAttributes(outputMessages(summary));
      if (result !== undefined && 'finishReason' in result)
        span.setAttribute(genAi.finishReasons, [result.finishReason]);
    }
    span.end(endedAt);
  }

  /** An event has no usage: it would count twice. */
  #emitContent(span: Span, summary: RequestSummary): void {
    const { content, logger, clock } = this.#options;
    if (!content.event || logger === undefined) return;
    const { result } = summary;
    const response = result?.response;
    const finishReason = result !== undefined && 'finishReason' in result ? result.finishReason : undefined;
    const event = detailsEvent(this.#request, summary, {
      ...(response?.id === undefined ? {} : { [genAi.responseId]: response.id }),
      ...(response?.model === undefined ? {} : { [genAi.responseModel]: response.model }),
      ...(finishReason === undefined ? {} : { [genAi.finishReasons]: [finishReason] }),
    });
    logger.emit({ ...event, timestamp: clock.date(), context: trace.setSpan(this.#parent, span) });
  }
}

const internal = { kind: SpanKind.INTERNAL };

function nameOf({ route, operation }: RequestContext): string {
  return route === undefined ? `signalbox ${operation}` : `signalbox ${route}`;
}

/** Where `registerTelemetry()` of AI SDK 7 registers `@ai-sdk/otel` for all calls. */
interface AiSdkTelemetry {
  readonly AI_SDK_TELEMETRY_INTEGRATIONS?: readonly {
    readonly tracer?: unknown;
    readonly onEmbedStart?: unknown;
  }[];
}

/**
 * Whether AI SDK 7 traces an embedding. It makes a span with usage for it, which is not active while the provider is called, so
 * it can only be detected by the registered integrations.
 */
function isTracedEmbedding({ operation, request }: RequestContext): boolean {
  if (operation !== 'embed' || request.origin?.format !== 'ai-sdk') return false;
  const { AI_SDK_TELEMETRY_INTEGRATIONS: registered } = globalThis as AiSdkTelemetry;
  return (
    Array.isArray(registered) &&
    registered.some((each) => each?.tracer !== undefined && each.onEmbedStart !== undefined)
  );
}

const inference = ['chat', 'text_completion', 'embeddings', 'generate_content'];

/** Whether a span of the caller represents the same inference, like that of a tracing AI SDK, which has the usage itself. */
function hasOwnUsage(span: Span | undefined): boolean {
  const attributes: unknown = span !== undefined && 'attributes' in span ? span.attributes : undefined;
  if (typeof attributes !== 'object' || attributes === null) return false;
  const { [genAi.operation]: operation, 'ai.operationId': id } = attributes as Record<string, unknown>;
  // AI SDK before version 7, and its LegacyOpenTelemetry: `ai.generateText.doGenerate`.
  return inference.includes(String(operation)) || /\.do(Generate|Stream|Embed)$/.test(String(id));
}
