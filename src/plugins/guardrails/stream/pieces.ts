import type { ProviderOptions } from '../../../types/request/message.ts';
import type { StreamContent } from '../../../types/result/stream-part.ts';
import type { Outcome } from '../runner/check.ts';
import type { Detector, Finding, Guard } from '../types.ts';

/** The findings of a guard's detector, or the reason that it failed. */
export type Found = readonly [Guard, Outcome | readonly Finding[]];

export function shift({ start, end, entity }: Finding, by: number): Finding {
  return { start: start + by, end: end + by, entity };
}

export function isFindings(found: Outcome | readonly Finding[]): found is readonly Finding[] {
  return Array.isArray(found);
}

export function delta(
  type: 'text' | 'reasoning',
  text: string,
  id: string | undefined,
  options: ProviderOptions | undefined,
): StreamContent {
  return {
    type: `${type}-delta`,
    text,
    ...(id === undefined ? {} : { id }),
    ...(options === undefined ? {} : { providerOptions: options }),
  };
}

/** Detectors with the same hold rule are asked once, for the longest of them. */
export function holdsOf(detectors: readonly Detector[]): readonly Detector[] {
  const holds: Detector[] = [];
  for (const detector of detectors) {
    const { hold, longest } = detector;
    const same = hold === undefined ? -1 : holds.findIndex((each) => each.hold === hold);
    const known = holds[same];
    if (known === undefined) holds.push(detector);
    else holds[same] = { ...known, longest: Math.max(known.longest, longest) };
  }
  return holds;
}
