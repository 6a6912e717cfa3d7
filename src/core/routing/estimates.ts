import { costOf } from '../../pricing/cost.ts';
import { plainTotal } from '../../pricing/plain-total.ts';
import type { SizeClass } from '../../stats/size-class.ts';
import type { Expectation, Latency } from '../../types/options/strategy.ts';
import type { RequestState } from '../request.ts';
import type { Target } from '../targets/target.ts';

export { headroomOf } from '../admission/spare-capacity.ts';

/**
 * The default number of output tokens per image: Gemini's have 1,290 (https://ai.google.dev/gemini-api/docs/pricing), OpenAI's
 * 1,056 to 1,584 at medium quality (https://developers.openai.com/api/docs/guides/image-generation).
 */
const usualImageTokens = 1_300;

/** Expected output tokens per image. */
export function imageTokens(target: Target, now: number): number {
  return target.imageTokens.read(now) ?? usualImageTokens;
}

/** Maximum images per call. */
export function imagesPerCall({ provider, model }: Target): number {
  return provider.imagesPerCall?.(model) ?? 1;
}

/** Expected input tokens read from a target's prompt cache. */
export function expectedCached(
  target: Target,
  { env, session, inputTokens }: RequestState,
  now: number,
): number {
  return env.caches?.expect(session, target.id, inputTokens, now).read ?? 0;
}

/** The expected cost of a request at a target in US$; `undefined` if no price is known. */
export function expectedCost(target: Target, request: RequestState, now: number): number | undefined {
  const { env, session, operation } = request;
  const known = env.prices.priceOf(target);
  if (known === undefined) return undefined;
  const { inputTokens, needs } = request;
  const cached = env.caches?.expect(session, target.id, inputTokens, now);
  const read = cached === undefined ? 0 : cached.read;
  const write = cached === undefined ? 0 : cached.write;
  const calls = operation.calls(target, needs);
  const served = target.provider.servedAs?.(request.request.providerOptions ?? {});
  if (served === undefined && read === 0 && write === 0 && needs.imageCount === 0) {
    const total = plainTotal(inputTokens, operation.outputTokens(target, request, now) / calls, known.price);
    return total && calls * total;
  }
  const usage = {
    inputTokens,
    outputTokens: operation.outputTokens(target, request, now) / calls,
    cacheReadTokens: read,
    cacheWriteTokens: write,
    images: needs.imageCount / calls,
  };
  const cost = costOf(usage, known.price, known.source, served);
  return cost && calls * cost.total;
}

/** How far a prompt may exceed its estimate: tokenizers differ, most of all for code and for scripts other than Latin. */
const inputMargin = 1.5;
/** Tokens that vendors add to a prompt: for each request, and for tools (Anthropic: up to 530, https://docs.claude.com/en/docs/agents-and-tools/tool-use/overview). */
const hiddenTokens = 50;
const hiddenToolTokens = 600;
/** How far an answer without a limit may exceed the usual one. */
const outputMargin = 4;

/**
 * The highest cost of one call of a request in US$: all of the prompt at its highest rate, and as many output tokens as the request
 * allows. Without `maxOutputTokens`, several times the usual answer. `undefined` if no price is known.
 */
export function highestCost(target: Target, request: RequestState, now: number): number | undefined {
  const { env, operation, needs } = request;
  const known = env.prices.priceOf(target);
  if (known === undefined) return undefined;
  const calls = operation.calls(target, needs);
  const hidden = hiddenTokens + (needs.tools ? hiddenToolTokens : 0);
  const inputTokens = Math.max(Math.ceil(request.inputTokens * inputMargin) + hidden, needs.characters);
  const outputTokens = needs.outputTokens || outputMargin * operation.outputTokens(target, request, now);
  const usage = {
    inputTokens,
    outputTokens: Math.ceil(outputTokens / calls),
    images: Math.ceil(needs.imageCount / calls),
  };
  const served = target.provider.servedAs?.(request.request.providerOptions ?? {});
  const { price, source } = known;
  const plain = costOf(usage, price, source, served);
  const written = price.cacheWrite === undefined ? undefined : { ...usage, cacheWriteTokens: inputTokens };
  const costs = [
    plain,
    written && costOf(written, price, source, served),
    written && costOf({ ...written, cacheWrite1hTokens: inputTokens }, price, source, served),
  ];
  return plain && Math.max(...costs.map((cost) => cost?.total ?? 0));
}

/**
 * A target's expected speed and reliability. Expensive values are computed when read. It is a class so that instances share their
 * getters; in an object literal each getter costs a hidden class.
 */
export class ExpectedPerformance implements Expectation {
  readonly #target: Target;
  readonly #request: RequestState;
  readonly #now: number;

  constructor(target: Target, request: RequestState, now: number) {
    this.#target = target;
    this.#request = request;
    this.#now = now;
  }

  get firstToken(): Latency | undefined {
    return withPrior(this.#target, this.#request.size, this.#now);
  }

  get throughput(): number | undefined {
    const { stats, prior } = this.#target;
    return stats.throughput(this.#now) ?? prior.throughput;
  }

  get samples(): number {
    const { latencies, prior } = this.#target;
    const kind = this.#chat === undefined ? 'stream' : 'chat';
    return latencies[kind].samples(this.#now) + (prior.firstToken === undefined ? 0 : priorSamples);
  }

  get idle(): number {
    return this.#now - this.#target.stats.lastStart;
  }

  get total(): Latency | undefined {
    const output = (): number => this.#request.operation.outputTokens(this.#target, this.#request, this.#now);
    return (
      this.#chat ??
      later(this.firstToken, this.throughput, output) ??
      this.#target.latencies.chat.expect(this.#request.size, this.#now)
    );
  }

  get failure(): number {
    return this.#target.odds.read(this.#now);
  }

  /** The latency of complete answers, where they are what is measured for this request. */
  get #chat(): Latency | undefined {
    const { operation, size } = this.#request;
    return operation.measuredAs === 'stream'
      ? undefined
      : this.#target.latencies.chat.expect(size, this.#now);
  }
}

/** The number of samples that a declared baseline counts as. */
const priorSamples = 10;
/** Standard deviation of the logarithm if only a median is known; 0.6 matches vendors' time to first token. */
const usualSpread = 0.6;

function withPrior({ latencies, prior }: Target, size: SizeClass, now: number): Latency | undefined {
  const measured = latencies.stream.expect(size, now);
  if (prior.firstToken === undefined) return measured;
  if (measured === undefined) return spreadAround(prior.firstToken);
  const samples = latencies.stream.samples(now);
  const pull = priorSamples / (samples + priorSamples);
  return scaled(measured, (prior.firstToken / measured.p50) ** pull);
}

/** A log-normal distribution around a median. */
function spreadAround(median: number): Latency {
  const at = (deviations: number): number => median * Math.exp(usualSpread * deviations);
  return {
    mean: median * Math.exp(usualSpread ** 2 / 2),
    p50: median,
    p90: at(1.282),
    p95: at(1.645),
    p99: at(2.326),
  };
}

function scaled(latency: Latency, factor: number): Latency {
  const { mean, p50, p90, p95, p99 } = latency;
  return { mean: mean * factor, p50: p50 * factor, p90: p90 * factor, p95: p95 * factor, p99: p99 * factor };
}

/** Time to the last token, from the time to the first. */
function later(
  firstToken: Latency | undefined,
  throughput: number | undefined,
  outputTokens: () => number,
): Latency | undefined {
  if (firstToken === undefined || throughput === undefined) return undefined;
  const rest = (1_000 * outputTokens()) / throughput;
  const { mean, p50, p90, p95, p99 } = firstToken;
  return { mean: mean + rest, p50: p50 + rest, p90: p90 + rest, p95: p95 + rest, p99: p99 + rest };
}
