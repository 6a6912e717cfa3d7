import { ProviderError } from '../errors.ts';
import { estimateTokens } from '../pricing/estimate.ts';
import type { EmbedRequest, EmbedResult } from '../types/embed.ts';
import type { ProviderEmbedCall, ProviderEmbeddings } from '../types/provider.ts';
import type { Cost, Usage } from '../types/usage.ts';
import { linkedAbort, type Signal } from './abort.ts';
import { beginAttempt, follow } from './attempt.ts';
import type { Failover } from './failover.ts';
import { lazy } from './lazy.ts';
import { type Permit, permit } from './permit.ts';
import type { Lane } from './race.ts';
import type { Run } from './run.ts';
import { type Channel, freeAt, hasPlace, type Target } from './target.ts';

/** For providers that do not say: what even the smallest servers take. */
const usualLimits = { values: 96, characters: 300_000 };
/** Calls at a time for one request, where the target has no limit of its own. */
const usualConcurrency = 4;

/** One call's share of the values. */
interface Batch {
  readonly values: readonly string[];
  answer: ProviderEmbeddings | undefined;
  cost: Cost | undefined;
}

/** Gets the vectors of all values from one target; where it fails, from the next one anew, so that models never mix. */
export function embed(run: Run, failover: Failover, asked: EmbedRequest): Promise<EmbedResult> {
  // What a target has done already is kept for the case that it is tried again.
  const begun = new Map<Target, readonly Batch[]>();
  return failover.run(async (first, lane) => {
    const { target } = first.channel;
    const batches = begun.get(target) ?? split(asked.values, target.provider.embedLimits ?? usualLimits);
    begun.set(target, batches);
    await askAll(run, first, lane, asked, batches, failover.turnedAway);
    if (!lane.win()) throw lane.signal.reason;
    return toResult(run, target, batches);
  });
}

/** Values in their order, in groups that the vendor takes. A value that is too long alone is the vendor's to refuse. */
function split(
  values: readonly string[],
  limits: { readonly values: number; readonly characters: number },
): readonly Batch[] {
  const batches: { values: string[]; answer: undefined; cost: undefined }[] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const value of values) {
    const last = batches.at(-1);
    characters += value.length;
    if (last === undefined || last.values.length >= limits.values || characters > limits.characters) {
      batches.push({ values: [value], answer: undefined, cost: undefined });
      characters = value.length;
    } else last.values.push(value);
  }
  return batches;
}

/** Does what is left to do, several calls at a time. The first failure ends them all. */
async function askAll(
  run: Run,
  first: Permit,
  lane: Lane,
  asked: EmbedRequest,
  batches: readonly Batch[],
  turnedAway: () => unknown,
): Promise<void> {
  const { channel } = first;
  const left = batches.filter(({ answer }) => answer === undefined);
  const others = linkedAbort(lane.signal);
  const granted = [first];
  let failure: { readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    for (let batch = left.shift(); batch !== undefined && failure === undefined; batch = left.shift()) {
      try {
        const taken = granted.pop() ?? (await nextPlace(run, channel, batch, others.signal, turnedAway));
        await ask(run, taken, lane, asked, batch, others.signal);
      } catch (error) {
        failure ??= { error };
        others.abort(error);
      }
    }
  };
  const concurrency = Math.min(left.length, channel.target.limits.places.limit, usualConcurrency);
  await Promise.all(Array.from({ length: concurrency }, work));
  others.unlink();
  for (const unused of granted) unused.release(undefined);
  if (failure !== undefined) throw failure.error;
}

/** A place for one more call at the same target with the same key. */
function nextPlace(
  run: Run,
  channel: Channel,
  batch: Batch,
  signal: Signal,
  turnedAway: () => unknown,
): Promise<Permit> {
  const tokens = lazy(() => countTokens(batch.values));
  return run.env.room.wait({
    priority: run.priority,
    line: `${channel.target.id} ${channel.number ?? ''}`,
    room: Number.POSITIVE_INFINITY, // its request has been let in
    signal,
    tryEnter() {
      const now = run.env.clock.now();
      const at = freeAt(channel, tokens.get, now);
      if (at > now) return { until: at };
      return hasPlace(channel)
        ? { got: permit(channel, run, tokens.get) }
        : { until: Number.POSITIVE_INFINITY };
    },
    refusal: turnedAway,
  });
}

async function ask(
  run: Run,
  taken: Permit,
  lane: Lane,
  { dimensions, providerOptions }: EmbedRequest,
  batch: Batch,
  othersFailed: Signal,
): Promise<void> {
  const attempt = beginAttempt(run, taken, lane);
  const stop = (): void => {
    if (!lane.signal.aborted) attempt.stop(); // else it ends with the lane's own reason
  };
  othersFailed.addEventListener('abort', stop, { once: true });
  const seen = (): { usage: Usage } => ({
    usage: { inputTokens: countTokens(batch.values), outputTokens: 0 },
  });
  try {
    const call: ProviderEmbedCall = {
      values: batch.values,
      ...(dimensions === undefined ? {} : { dimensions }),
      ...(providerOptions === undefined ? {} : { providerOptions }),
      ...attempt.carry,
    };
    const answer = await follow(attempt, () => callProvider(taken.channel, call), seen);
    batch.answer = answer;
    const usage = { outputTokens: 0, ...answer.usage };
    batch.cost = attempt.succeed({ ...answer, usage }, () => seen().usage);
  } finally {
    othersFailed.removeEventListener('abort', stop);
  }
}

async function callProvider({ provider }: Channel, call: ProviderEmbedCall): Promise<ProviderEmbeddings> {
  if (provider.embed === undefined) {
    throw new ProviderError({
      kind: 'bad-request',
      provider: provider.name,
      summary: 'it has no embeddings',
    });
  }
  const answer = await provider.embed(call);
  const { embeddings } = answer;
  if (embeddings.length === call.values.length && embeddings.every((vector) => vector.length > 0))
    return answer;
  const summary = `${embeddings.length} embeddings for ${call.values.length} values`;
  throw new ProviderError({ kind: 'malformed', provider: provider.name, answered: true, summary });
}

function countTokens(values: readonly string[]): number {
  return values.reduce((sum, value) => sum + estimateTokens(value), 0);
}

function toResult(run: Run, target: Target, batches: readonly Batch[]): EmbedResult {
  const answers = batches.flatMap(({ answer }) => answer ?? []);
  const usage = addUsage(answers.map((answer) => answer.usage));
  const cost = addCosts(batches.map((batch) => batch.cost));
  run.settle({ outcome: 'success', target: target.id, finishReason: undefined, usage, cost });
  return {
    embeddings: answers.flatMap(({ embeddings }) => embeddings),
    usage,
    cost,
    target: target.id,
    attempts: run.attempts,
    responses: answers.map(({ response }) => response),
    warnings: answers[0]?.warnings ?? [],
    providerMetadata: answers.at(-1)?.providerMetadata ?? {},
    raw: answers.map(({ raw }) => raw),
  };
}

/** A sum is only known where all of its parts are. */
function addUsage(usages: readonly Usage[]): Usage {
  const inputTokens = usages.reduce<number | undefined>(
    (sum, usage) =>
      sum === undefined || usage.inputTokens === undefined ? undefined : sum + usage.inputTokens,
    0,
  );
  return inputTokens === undefined ? {} : { inputTokens };
}

function addCosts(costs: readonly (Cost | undefined)[]): Cost | undefined {
  return costs.reduce((sum, cost) => {
    if (sum === undefined || cost === undefined) return undefined;
    return {
      total: sum.total + cost.total,
      input: sum.input + cost.input,
      output: sum.output + cost.output,
      cacheRead: sum.cacheRead + cost.cacheRead,
      cacheWrite: sum.cacheWrite + cost.cacheWrite,
      request: sum.request + cost.request,
      webSearch: sum.webSearch + cost.webSearch,
      source: cost.source,
      estimated: sum.estimated || cost.estimated,
    };
  });
}
