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

/** The length of a target's answer, and the length expected from the route's answers to such prompts. */
interface Own {
  readonly tokens: DecayingMean;
  readonly expected: DecayingMean;
}

export function outputLengths(): OutputLengths {
  const all = decayingMean(halfLife);
  /** By the size of the prompt: each has twice the tokens of the one before. */
  const sizes: (DecayingMean | undefined)[] = [];
  /** Mean squared deviation of answers from the expected length. */
  const squares = decayingMean(halfLife);
  const targets = new Map<string, Own>();

  /** A target is compared by prompts of one size: strategies send those of one size to one target, and their answers differ in length. */
  const compare = (target: string, tokens: number, expected: number, now: number): void => {
    const own = targets.get(target) ?? { tokens: decayingMean(halfLife), expected: decayingMean(halfLife) };
    targets.set(target, own);
    squares.add((tokens - expected * ratioOf(own, now)) ** 2, now);
    own.tokens.add(tokens, now);
    own.expected.add(expected, now);
  };

  const self: OutputLengths = {
    onSample: undefined,
    weight: all.weight,
    expect(target, now) {
      const usual = all.read(now);
      const own = targets.get(target);
      if (usual === undefined || own === undefined) return usual;
      const ratio = ratioOf(own, now);
      if (ratio === 1) return usual;
      const difference = (ratio - 1) * (own.expected.read(now) ?? usual);
      const error = (squares.read(now) ?? 0) / own.tokens.weight(now);
      const byChance = (deviations ** 2 * error) / difference ** 2;
      return usual * (1 + (ratio - 1) * Math.max(0, 1 - byChance));
    },
    add(target, tokens, now, inputTokens = 0) {
      self.onSample?.(target, tokens);
      const number = Math.floor(Math.log2(Math.max(1, inputTokens)));
      const size = sizes[number] ?? decayingMean(halfLife);
      sizes[number] = size;
      const expected = size.read(now);
      if (expected !== undefined && size.weight(now) >= fewest) compare(target, tokens, expected, now);
      all.add(tokens, now);
      size.add(tokens, now);
    },
  };
  return self;
}

/** How many times as long as expected a target's answers are. */
function ratioOf({ tokens, expected }: Own, now: number): number {
  const usual = expected.read(now);
  return usual ? (tokens.read(now) ?? usual) / usual : 1;
}
