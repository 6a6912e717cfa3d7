/** The vendor whose markers a model accepts. */
export type Markers = 'anthropic' | 'openai';

/** A vendor's prompt cache, according to its documentation. */
export interface VendorCache {
  /** Minimum tokens of a prompt that the model caches; 0 if unknown. */
  readonly floor: number;
  /** Milliseconds that it keeps an unused prefix. */
  readonly keptFor: number;
  /** Whose markers end the prefixes that it reads; `undefined`: it detects shared prefixes itself. */
  readonly markers: Markers | undefined;
}

/** The cost of markers. */
export interface Terms {
  /** Milliseconds that the vendor keeps an unused prefix. */
  readonly keptFor: number;
  /** Surcharge of a write, relative to the price of input. */
  readonly writeCosts: number;
  /** Whether the vendor itself marks the end of each prompt. */
  readonly marksEnd: boolean;
}

const minute = 60_000;

export const terms: Readonly<Record<Markers, Terms>> = {
  /** Five minutes at 1.25 times the price: https://platform.claude.com/docs/en/build-with-claude/prompt-caching. */
  anthropic: { keptFor: 5 * minute, writeCosts: 0.25, marksEnd: false },
  /**
   * Each token of a prompt costs the write, 1.25 times the price, with or without our marker:
   * https://developers.openai.com/api/docs/guides/prompt-caching.
   */
  openai: { keptFor: 30 * minute, writeCosts: 0, marksEnd: true },
};

type Floors = readonly (readonly [model: RegExp, floor: number])[];

/** https://platform.claude.com/docs/en/build-with-claude/prompt-caching#cache-limitations */
const ofAnthropic: Floors = [
  [/(opus|fable)-5/, 512],
  [/opus-4-7/, 2_048],
  [/opus-4-[56]|haiku-4-5/, 4_096],
  [/haiku/, 2_048],
];

/** https://ai.google.dev/gemini-api/docs/caching#implicit-caching */
const ofGoogle: Floors = [[/pro/, 4_096]];

/**
 * Models that read a prefix only where one ended before, at `prompt_cache_breakpoint` or at the end of a prompt, and keep it for 30
 * minutes at least: https://developers.openai.com/api/docs/guides/prompt-caching.
 */
const takesBreakpoints = /^gpt-(5\.[6-9]|[6-9])/;

/** The prompt cache of a target. */
export function vendorCacheOf(provider: string, model: string): VendorCache {
  switch (provider) {
    case 'anthropic':
      return { floor: floorOf(ofAnthropic, model), keptFor: 5 * minute, markers: 'anthropic' };
    case 'openai':
      return takesBreakpoints.test(model)
        ? { floor: 1_024, keptFor: 30 * minute, markers: 'openai' }
        : { floor: 1_024, keptFor: 10 * minute, markers: undefined };
    case 'google':
      return { floor: floorOf(ofGoogle, model), keptFor: 5 * minute, markers: undefined };
    default:
      return { floor: 0, keptFor: 5 * minute, markers: undefined };
  }
}

function floorOf(floors: Floors, model: string): number {
  return floors.find(([pattern]) => pattern.test(model))?.[1] ?? 1_024;
}
