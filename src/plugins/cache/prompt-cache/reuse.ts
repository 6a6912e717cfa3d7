import type { Prefix, Prefixes, Prompt } from './prefixes.ts';
import { type Markers, type Terms, terms } from './vendors.ts';

/** Requests of a route after which its reuse is known well enough. */
const enough = 10;
/** Half-life of what has been learned, in requests. */
const halfLife = 200;

/** Saving of a read, relative to the price of input: both vendors charge a tenth. */
const readSaves = 0.9;

/** Markers may cost at most this ratio of a route's input, until they have paid for themselves. */
const mostLoss = 0.009;

/** Which markers of a prompt are expected to pay, from the reuse on its route so far. */
export interface Reuse {
  /** Whether a marker after the fixed part, or at the end of the prompt, pays. */
  readonly fixedPays: boolean;
  readonly wholePays: boolean;
  /** Whether conversations share more than the fixed part does. */
  readonly isOfConversations: boolean;
}

/** Which prefixes of a prompt have a marker at their end. */
export interface Ends {
  readonly fixed: boolean;
  readonly whole: boolean;
}

/** Learned sums of one route, in tokens; older requests count less. */
interface Learned {
  requests: number;
  /** The saving of a marker after the fixed part. */
  fixed: number;
  /** The saving of a marker at the end of each prompt. */
  whole: number;
  /** Input of the requests that could have markers, and the actual saving of their markers; not decayed. */
  spent: number;
  saved: number;
}

/** Measures how much of each prompt repeats an earlier one, whether or not anything is marked, on one vendor's terms. */
export class ReuseMeter {
  readonly #prefixes: Prefixes;
  readonly #markers: Markers;
  readonly #terms: Terms;
  readonly #routes = new Map<string, Learned>();

  constructor(prefixes: Prefixes, markers: Markers) {
    this.#prefixes = prefixes;
    this.#markers = markers;
    this.#terms = terms[markers];
  }

  /** @param floor minimum number of tokens that are cached */
  reuseOf(route: string, prompt: Prompt, floor: number, now: number): Reuse {
    const { fixed, whole } = prompt;
    const before = this.#routes.get(route) ?? nothing;
    const learned = learn(before, this.#sampleOf(prompt, now));
    const isReady = learned.requests >= enough;
    const { ofFixed, ofWhole } = this.#savings(prompt, now);
    const allows = (saving: number): boolean =>
      learned.saved + saving >= -mostLoss * (learned.spent + whole.tokens);
    return {
      fixedPays: isReady && learned.fixed > 0 && fixed.tokens >= floor && allows(ofFixed),
      wholePays: isReady && learned.whole > 0 && whole.tokens >= floor && allows(ofWhole),
      isOfConversations: learned.whole > learned.fixed,
    };
  }

  /** Learns from a prompt that is about to be sent. */
  learn(route: string, prompt: Prompt, now: number): void {
    this.#routes.set(route, learn(this.#routes.get(route) ?? nothing, this.#sampleOf(prompt, now)));
  }

  /** Counts the cost or saving of its markers, for a prompt that goes to a vendor that needs them. */
  charge(route: string, prompt: Prompt, marked: Ends, now: number): void {
    const learned = this.#routes.get(route);
    if (learned === undefined) return;
    const { ofFixed, ofWhole } = this.#savings(prompt, now);
    learned.spent += prompt.whole.tokens;
    // Both together read the longer of the two.
    learned.saved += marked.whole ? ofWhole : marked.fixed ? ofFixed : 0;
  }

  /** The saving of a marker if all earlier prompts had had it as well. */
  #sampleOf({ fixed, whole, steps }: Prompt, now: number): Sample {
    const { keptFor, writeCosts } = this.#terms;
    const isKept = (prefix: Prefix): boolean =>
      now - (this.#prefixes.find(prefix)?.answeredAt ?? Number.NEGATIVE_INFINITY) <= keptFor;
    const read = steps.findLast(isKept)?.tokens ?? 0;
    return {
      fixed: fixed.tokens * (isKept(fixed) ? readSaves : -writeCosts),
      whole: readSaves * read - writeCosts * (whole.tokens - read),
    };
  }

  /** The saving of a marker now: only prefixes that were marked before can be read. */
  #savings({ fixed, whole, steps }: Prompt, now: number) {
    const { keptFor, writeCosts } = this.#terms;
    const isReadable = (prefix: Prefix): boolean =>
      now - (this.#prefixes.find(prefix)?.markedAt[this.#markers] ?? Number.NEGATIVE_INFINITY) <= keptFor;
    const read = steps.findLast(isReadable)?.tokens ?? 0;
    return {
      ofFixed: fixed.tokens * (isReadable(fixed) ? readSaves : -writeCosts),
      ofWhole: readSaves * read - writeCosts * (whole.tokens - read),
    };
  }
}

interface Sample {
  readonly fixed: number;
  readonly whole: number;
}

const nothing: Learned = { requests: 0, fixed: 0, whole: 0, spent: 0, saved: 0 };

function learn(learned: Learned, { fixed, whole }: Sample): Learned {
  const decay = 0.5 ** (1 / halfLife);
  return {
    ...learned,
    requests: learned.requests * decay + 1,
    fixed: learned.fixed * decay + fixed,
    whole: learned.whole * decay + whole,
  };
}
