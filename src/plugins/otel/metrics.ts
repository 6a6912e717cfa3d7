import type { Attributes, Meter } from '@opentelemetry/api';
import type { RequestContext, RequestSummary } from '../../types/plugin.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import { compact } from '../../util/json.ts';
import { spentOn } from '../shared/charge.ts';
import { genAi, operations, own, providerName } from './names.ts';

/**
 * Which names the metrics of the GenAI conventions get. `published`: `gen_ai.client.operation.duration`, as released. `latest`:
 * `gen_ai.client.inference.duration`. `dup`: both.
 */
export type Semconv = 'published' | 'latest' | 'dup';

/** An attempt with the facts about its target. */
export interface MeasuredAttempt {
  readonly target: { readonly id: string; readonly provider: string; readonly model: string };
  readonly summary: AttemptSummary;
}

export interface Metrics {
  record(context: RequestContext, summary: RequestSummary, attempts: readonly MeasuredAttempt[]): void;
}

/** Buckets of the conventions: seconds, and tokens. */
const seconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const tokenBuckets = [
  1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
];

const histogramOf = (meter: Meter, name: string, unit: string, explicitBucketBoundaries: number[]) =>
  meter.createHistogram(name, { unit, advice: { explicitBucketBoundaries } });

export function metrics(meter: Meter, semconv: Semconv, byTenant: boolean): Metrics {
  const durations = [
    ...(semconv === 'latest' ? [] : ['gen_ai.client.operation.duration']),
    ...(semconv === 'published' ? [] : ['gen_ai.client.inference.duration']),
  ].map((name) => histogramOf(meter, name, 's', seconds));
  const tokens = histogramOf(meter, 'gen_ai.client.token.usage', '{token}', tokenBuckets);
  const firstChunk = histogramOf(meter, 'gen_ai.client.operation.time_to_first_chunk', 's', seconds);
  const requests = meter.createCounter('signalbox.requests', { unit: '{request}' });
  const requestDuration = histogramOf(meter, 'signalbox.request.duration', 's', seconds);
  const attempts = meter.createCounter('signalbox.attempts', { unit: '{attempt}' });
  const failovers = meter.createCounter('signalbox.failovers', { unit: '{request}' });
  const cost = meter.createCounter('signalbox.cost', { unit: 'USD' });

  /** Attributes by their content: the same few for all requests. */
  const known = new Map<string, AttemptAttributes>();
  const attributesOf = (context: RequestContext, { target, summary }: MeasuredAttempt, spent: string) => {
    const tenant = byTenant ? context.tenant : undefined;
    const { error, response, outcome } = summary;
    const parts = [context.operation, target.id, outcome, error?.kind, response?.model, tenant, spent];
    const key = parts.join('\0');
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = attemptAttributes(context, target, summary, tenant, spent);
    if (known.size >= mostKnown) known.clear();
    known.set(key, made);
    return made;
  };

  const recordAttempt = (context: RequestContext, attempt: MeasuredAttempt, spent: string): void => {
    const { summary } = attempt;
    const { usage, billed } = summary;
    const labels = attributesOf(context, attempt, spent);
    for (const duration of durations) duration.record(summary.duration / 1_000, labels.ended);
    if (summary.firstToken !== undefined) firstChunk.record(summary.firstToken / 1_000, labels.answered);
    attempts.add(1, labels.attempt);
    if (billed === 'no') return;
    if (usage?.inputTokens !== undefined) tokens.record(usage.inputTokens, labels.input);
    if (usage?.outputTokens !== undefined) tokens.record(usage.outputTokens, labels.output);
    if (summary.cost !== undefined) cost.add(summary.cost.total, labels.cost);
  };

  return {
    record(context, summary, measured) {
      const { outcome, target } = summary;
      const mirror = context.shadow;
      for (const attempt of measured)
        recordAttempt(context, attempt, spentOn({ mirror, outcome, target }, attempt.summary));
      if (mirror) return;
      const labels = { [own.route]: context.route ?? '', [own.outcome]: outcome };
      requests.add(1, labels);
      requestDuration.record(summary.duration / 1_000, labels);
      if (outcome === 'success' && measured.some((attempt) => attempt.summary.outcome === 'failed'))
        failovers.add(1, { [own.route]: context.route ?? '' });
    },
  };
}

/** More than the targets, kinds of errors and models of most applications. */
const mostKnown = 10_000;

interface AttemptAttributes {
  readonly answered: Attributes;
  readonly ended: Attributes;
  readonly attempt: Attributes;
  readonly input: Attributes;
  readonly output: Attributes;
  readonly cost: Attributes;
}

function attemptAttributes(
  { operation }: RequestContext,
  target: MeasuredAttempt['target'],
  { error, response, outcome }: AttemptSummary,
  tenant: string | undefined,
  spent: string,
): AttemptAttributes {
  const vendor = {
    [genAi.operation]: operations[operation],
    [genAi.provider]: providerName(target.provider),
    [genAi.requestModel]: target.model,
  };
  const ofTenant = tenant === undefined ? {} : { [own.tenant]: tenant };
  const answered: Attributes = compact({ ...vendor, [genAi.responseModel]: response?.model });
  return {
    answered,
    ended: error === undefined ? answered : { ...answered, [genAi.errorType]: error.kind },
    attempt: { [own.target]: target.id, [own.outcome]: outcome },
    input: { ...answered, ...ofTenant, [genAi.tokenType]: 'input' },
    output: { ...answered, ...ofTenant, [genAi.tokenType]: 'output' },
    cost: { ...vendor, ...ofTenant, [own.target]: target.id, [own.spent]: spent },
  };
}
