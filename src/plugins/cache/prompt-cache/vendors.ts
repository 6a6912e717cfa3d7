/** A vendor's prompt cache, as far as its pages describe it. */
export interface VendorCache {
  /** Least tokens of a prompt that the model caches; 0 if unknown. */
  readonly floor: number;
  /** Milliseconds that it keeps an unused prefix. */
  readonly keptFor: number;
  /** Whether it caches only what carries a marker. */
  readonly needsMarkers: boolean;
}

const minute = 60_000;

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

/** Models that keep a prefix for 30 minutes at least: https://developers.openai.com/api/docs/guides/prompt-caching. */
const keepsForHalfAnHour = /^gpt-(5\.[6-9]|[6-9])/;

/** The prompt cache of a target. */
export function vendorCacheOf(provider: string, model: string): VendorCache {
  switch (provider) {
    case 'anthropic':
      return { floor: floorOf(ofAnthropic, model), keptFor: 5 * minute, needsMarkers: true };
    case 'openai': {
      const keptFor = keepsForHalfAnHour.test(model) ? 30 * minute : 10 * minute;
      return { floor: 1_024, keptFor, needsMarkers: false };
    }
    case 'google':
      return { floor: floorOf(ofGoogle, model), keptFor: 5 * minute, needsMarkers: false };
    default:
      return { floor: 0, keptFor: 5 * minute, needsMarkers: false };
  }
}

function floorOf(floors: Floors, model: string): number {
  return floors.find(([pattern]) => pattern.test(model))?.[1] ?? 1_024;
}
