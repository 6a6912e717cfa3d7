/**
 * Traces and metrics for OpenTelemetry, by the GenAI conventions.
 *
 * @module otel
 */
import * as api from '@opentelemetry/api';
import { metrics as globalMetrics, type Logger, type Meter, type Tracer, trace } from '@opentelemetry/api';
import type { Clock } from '../../types/clock.ts';
import type { AttemptObserver, Plugin, RequestContext, RequestObserver } from '../../types/plugin.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import { check, checkObject, refuse, show } from '../../util/option-check.ts';
import { oneOf } from '../../util/shape.ts';
import { systemClock } from '../../util/time/clock.ts';
import { contentByEnvironment } from './content.ts';
import { type MeasuredAttempt, type Metrics, metrics, type Semconv } from './metrics.ts';
import { RequestSpan, type SpanOptions } from './spans.ts';

export type { Semconv } from './metrics.ts';

/** The options of `otel`. */
export interface OtelOptions {
  /** The tracer for spans; `false` for none. @default the tracer `signalbox` of the registered provider */
  readonly tracer?: Tracer | false;
  /** The meter for metrics; `false` for none. @default the meter `signalbox` of the registered provider */
  readonly meter?: Meter | false;
  /**
   * Whether prompts and answers are on the spans.
   *
   * @default according to `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`: `SPAN_ONLY`, `EVENT_ONLY`, `SPAN_AND_EVENT`,
   * `NO_CONTENT`, or `true` for spans
   */
  readonly content?: boolean;
  /**
   * The logger for the events of `EVENT_ONLY` and `SPAN_AND_EVENT`. @default the logger `signalbox` of the registered provider,
   * with `@opentelemetry/api` 1.10 or later
   */
  readonly logger?: Pick<Logger, 'emit'>;
  /**
   * Which span has usage and cost: that of the attempt, or one of the caller's own, as below an AI SDK that traces. `auto`: the caller's
   * where the active span stands for an inference itself. AI SDK 7 does not make its span of an embedding active: that it traces them
   * is known by `registerTelemetry()`; where single calls of `embed` get an integration, or none, set `caller` or `attempt`.
   *
   * @default 'auto'
   */
  readonly usage?: 'auto' | 'attempt' | 'caller';
  /** Adds the tenant to metrics of tokens and cost. @default false */
  readonly tenant?: boolean;
  /** Names of the conventions' metrics. @default 'published' */
  readonly semconv?: Semconv;
  /**
   * Adds attributes that a backend needs to show exact figures. `langfuse`: usage and cost by exclusive buckets, the first token,
   * user, session and tags. `datadog`: usage stays on the attempt, because its LLM Observability adds up what spans with
   * `gen_ai.*` attributes have.
   */
  readonly preset?: 'langfuse' | 'datadog';
}

/**
 * Makes one `INTERNAL` span for each request, named by its route, and in it one `CLIENT` span for each attempt, which is active while the
 * vendor is called. Usage and cost are only on attempts that are or may be billed, so that the sum over all spans is the bill.
 *
 * @throws ConfigError naming the invalid option
 * @example
 * const router = createRouter({ targets, plugins: [otel()] });
 */
export function otel(options: OtelOptions = {}): Plugin {
  checkOptions(options);
  const { preset, usage = preset === 'datadog' ? 'attempt' : 'auto' } = options;
  const { tenant = false, semconv = 'published' } = options;
  const tracer = options.tracer ?? trace.getTracer('signalbox');
  const meter = options.meter ?? globalMetrics.getMeter('signalbox');
  const measured = meter === false ? undefined : metrics(meter, semconv, tenant);
  const { content: onSpans } = options;
  const content = onSpans === undefined ? contentByEnvironment() : { span: onSpans, event: false };
  const logger =
    options.logger ?? (content.event ? (api as Partial<typeof api>).logs?.getLogger('signalbox') : undefined);
  let clock: Clock = systemClock;
  const spans =
    tracer === false ? undefined : { tracer, content, logger, usage, langfuse: preset === 'langfuse' };
  return {
    name: 'otel',
    install(host) {
      clock = host.clock;
      return undefined;
    },
    observe: (context) => observer(context, spans && { ...spans, clock }, measured),
  };
}

function observer(
  context: RequestContext,
  spans: SpanOptions | undefined,
  measured: Metrics | undefined,
): RequestObserver {
  const span = spans && new RequestSpan(context, spans);
  const ended: MeasuredAttempt[] = [];
  return {
    routed: (decision) => span?.routed(decision),
    attempt(plan): AttemptObserver | undefined {
      const { target } = plan;
      const own = span?.attempt(plan, target);
      if (measured === undefined) return own;
      const end = (summary: AttemptSummary): void => {
        ended.push({ target, summary });
        own?.end?.(summary);
      };
      return own === undefined ? { end } : { ...own, end };
    },
    end(summary) {
      span?.end(summary);
      measured?.record(context, summary, ended);
    },
  };
}

function checkOptions(options: OtelOptions): void {
  const names = ['tracer', 'meter', 'logger', 'content', 'usage', 'tenant', 'semconv', 'preset'];
  checkObject('otel', options, names);
  const { tracer, meter, logger, content, usage, tenant, semconv, preset } = options;
  if (tracer !== undefined && tracer !== false && typeof (tracer as Partial<Tracer>).startSpan !== 'function')
    refuse('otel.tracer', 'a Tracer of @opentelemetry/api, or false', show(tracer));
  if (meter !== undefined && meter !== false && typeof (meter as Partial<Meter>).createCounter !== 'function')
    refuse('otel.meter', 'a Meter of @opentelemetry/api, or false', show(meter));
  if (logger !== undefined && typeof (logger as Partial<Logger> | null)?.emit !== 'function')
    refuse('otel.logger', 'a Logger of @opentelemetry/api', show(logger));
  if (content !== undefined && typeof content !== 'boolean')
    refuse('otel.content', 'true or false', show(content));
  if (tenant !== undefined && typeof tenant !== 'boolean')
    refuse('otel.tenant', 'true or false', show(tenant));
  check('otel.usage', usage, oneOf('auto', 'attempt', 'caller'));
  check('otel.semconv', semconv, oneOf('published', 'latest', 'dup'));
  check('otel.preset', preset, oneOf('langfuse', 'datadog'));
}
