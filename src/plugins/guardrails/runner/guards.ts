import type { Awaitable } from '../../../types/plugin.ts';
import { findEverywhere, isPromise } from '../detectors/find.ts';
import type {
  Finding,
  Guard,
  GuardContext,
  GuardItem,
  Injection,
  Replacement,
  VendorGuard,
  Verdict,
} from '../types.ts';

export const fine: Verdict = Object.freeze({ ok: true });

export function isGuard(item: GuardItem): item is Guard {
  return !('inject' in item) && !('vendorOptions' in item);
}

export function isInjection(item: GuardItem): item is Injection {
  return 'inject' in item;
}

export function isVendorGuard(item: GuardItem): item is VendorGuard {
  return 'vendorOptions' in item;
}

/** The check of a guard for one text; `undefined` for guards of tool calls only. */
export function checkOf(
  guard: Guard,
  text: string,
): ((context: GuardContext) => Awaitable<Verdict>) | undefined {
  const { detector } = guard;
  if (detector !== undefined)
    return (context) => {
      const found = findEverywhere(detector, text);
      if (isPromise(found)) return found.then((late) => decide(guard, late, context));
      return decide(guard, found, context);
    };
  return guard.check === undefined
    ? undefined
    : (context) => (guard.check as NonNullable<Guard['check']>)(text, context);
}

/** The verdict on findings. */
export function decide(guard: Guard, found: readonly Finding[], context: GuardContext): Verdict {
  if (found.length === 0) return fine;
  return guard.decide?.(found, context) ?? blockFor(found);
}

/** A blocking verdict with the kinds of the findings. */
export function blockFor(found: readonly Finding[]): Verdict {
  return { block: `contains ${[...new Set(found.map(({ entity }) => entity))].sort().join(', ')}` };
}

/** Whether a guard checks texts of a stage. */
export function checksStage({ on }: Guard, stage: string): boolean {
  return on === undefined || (on as readonly string[]).includes(stage);
}

/** Replacements by the rule of a guard, for `redact`. */
export function replaceFor(
  found: readonly Finding[],
  of: (finding: Finding) => Omit<Replacement, 'start' | 'end'>,
): Verdict {
  return { replace: found.map((finding) => ({ start: finding.start, end: finding.end, ...of(finding) })) };
}
