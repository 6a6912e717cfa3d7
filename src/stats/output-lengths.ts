import { type DecayingMean, decayingMean } from './decaying-mean.ts';

/** Expected length of answers on a route, in tokens: some models are more verbose than others. */
export interface OutputLengths {
  /** @param inputTokens of the prompt, if known */
  add(target: string, tokens: number, now: number, inputTokens?: number): void;
  /** `undefined` before the first answer. */
  expect(target: string, now: number): number | undefined;
  /** Called with each answer, if set. */
  onSample: ((target: string, tokens: number) => void) | undefined;
  /** Decayed number of answers. */
  weight(now: number): number;
}

/**
 * Number of standard errors by which a target's answers must differ from those of the route to count. Beyond that, the
 * difference is reduced by what chance may explain (positive part of the estimator of James and Stein, 1961),
 * so that chance does not decide which target is cheapest when prices are close. It is tested with every request, and a target that
 * loses by chance gets no answers that could correct it, so two would not be enough.
 */
const deviations = 3;
const halfLife = 600_000;
/** Minimum number of answers to prompts of one size before a target is compared by those of other sizes. */
const fewest = 10;

/** Answers of a target. */
interface Own {
  /** By the size of the prompt. */
  readonly sizes: (DecayingMean | undefined)[];
  /** Its tokens, and those expected from the route's answers to such prompts; sums, as of its last answer. */
  tokens: number;
  expected: number;
  /** Number of answers that were compared. */
  weight: number;
  /** When it answered last. */
  at: number;
}

export function outputLengths(): OutputLengths {
  const all = decayingMean(halfLife);
  /** By the size of the prompt: each has twice the tokens of the one before. */
  const sizes: (DecayingMean | undefined)[] = [];
  /** Mean squared deviation of answers from the expected length. */
  const squares = decayingMean(halfLife);
  const targets = new Map<string, Own>();

  /**
   * A target is compared by prompts of one size: strategies send those of one size to one target, and their answers differ in length.
   * What it is compared with includes its own answers, and all that came so far: the first ones to end are the shortest.
   */
  const compare = (own: Own, now: number): void => {
    own.tokens = 0;
    own.expected = 0;
    own.weight = 0;
    own.at = now;
    for (const [number, answers] of own.sizes.entries()) {
      const size = sizes[number];
      const weight = answers?.weight(now) ?? 0;
      if (weight === 0 || size === undefined || size.weight(now) < fewest) continue;
      own.tokens += weight * (answers?.read(now) ?? 0);
      own.expected += weight * (size.read(now) ?? 0);
      own.weight += weight;
    }
  };

  const self: OutputLengths = {
    onSample: undefined,
    weight: all.weight,
    expect(target, now) {
      const usual = all.read(now);
      const own = targets.get(target);
      if (usual === undefined || own === undefined || own.tokens === own.expected) return usual;
      const difference = (own.tokens - own.expected) / own.weight;
      const weight = own.weight * 2 ** ((own.at - now) / halfLife);
      const error = (squares.read(now) ?? 0) / weight;
      const byChance = (deviations ** 2 * error) / difference ** 2;
      return usual * (1 + (own.tokens / own.expected - 1) * Math.max(0, 1 - byChance));
    },
    add(target, tokens, now, inputTokens = 0) {
      self.onSample?.(target, tokens);
      const number = Math.floor(Math.log2(Math.max(1, inputTokens)));
      const own = targets.get(target) ?? { sizes: [], tokens: 0, expected: 0, weight: 0, at: now };
      targets.set(target, own);
      const size = sizes[number] ?? decayingMean(halfLife);
      sizes[number] = size;
      const answers = own.sizes[number] ?? decayingMean(halfLife);
      own.sizes[number] = answers;
      all.add(tokens, now);
      size.add(tokens, now);
      answers.add(tokens, now);
      if (size.weight(now) >= fewest) squares.add((tokens - (answers.read(now) ?? tokens)) ** 2, now);
      compare(own, now);
    },
  };
  return self;
}
