import type { Awaitable, RequestContext } from '../../../types/plugin.ts';
import { isPromise } from '../detectors/find.ts';
import type { Guard, GuardContext } from '../types.ts';
import { type Check, type Outcome, runCheck } from './check.ts';
import { contextOf, type Environment } from './environment.ts';
import { checkOf, checksStage } from './guards.ts';
import type { Owned } from './merge.ts';
import type { Verdicts } from './notes.ts';
import type { Place } from './texts.ts';

/** Why something is blocked. */
export interface Blocked {
  readonly guard: string;
  readonly reason: string;
}

/** The guards' combined decision about one text. */
export type Demands = { readonly replace: readonly Owned[] } | { readonly blocked: Blocked };

/** The state of checking one request or answer. */
export interface Checking {
  readonly env: Environment;
  readonly request: RequestContext;
  readonly direction: GuardContext['direction'];
  readonly verdicts: Verdicts;
}

const nothing: Demands = { replace: [] };

/** Runs all guards for texts of this place concurrently. Returns no promise if all answer synchronously. */
export function checkText(
  guards: readonly Guard[],
  text: string,
  place: Place,
  checking: Checking,
): Awaitable<Demands> {
  if (text === '') return nothing;
  const running: Awaitable<readonly [Guard, Outcome]>[] = [];
  for (const guard of guards) {
    if (!checksStage(guard, place.stage) || (guard.history === false && place.isHistory)) continue;
    const check = checkOf(guard, text);
    if (check === undefined) continue;
    const outcome = run(guard, check, text, place, checking);
    running.push(outcome);
    // A guard that blocks at once protects those after it, for example from a huge text.
    if (!isPromise(outcome) && 'block' in outcome[1] && guard.mode !== 'shadow') break;
  }
  if (running.length === 0) return nothing;
  const take = (outcomes: readonly (readonly [Guard, Outcome])[]): Demands =>
    demandsOf(outcomes, place, checking.verdicts);
  return running.some(isPromise)
    ? Promise.all(running).then(take)
    : take(running as (readonly [Guard, Outcome])[]);
}

/** Runs one check of a guard. */
export function run(
  guard: Guard,
  check: Check,
  text: string | undefined,
  place: Place,
  { env, request, direction }: Checking,
): Awaitable<readonly [Guard, Outcome]> {
  const outcome = runCheck(guard, check, text, contextOf(env, request, direction, place), env.clock);
  return isPromise(outcome) ? outcome.then((late) => [guard, late] as const) : [guard, outcome];
}

/** The first guard that blocks counts; otherwise all replacements. */
export function demandsOf(
  outcomes: readonly (readonly [Guard, Outcome])[],
  { stage }: Place,
  verdicts: Verdicts,
): Demands {
  let blocked: Blocked | undefined;
  const replace: Owned[] = [];
  for (const [guard, outcome] of outcomes) {
    verdicts.add(guard, stage, outcome);
    const { name } = guard;
    if ('block' in outcome) blocked ??= { guard: name, reason: outcome.block };
    else if ('error' in outcome && guard.onError !== 'pass')
      blocked ??= { guard: name, reason: `the check failed (${outcome.error})` };
    else if ('replace' in outcome) for (const each of outcome.replace) replace.push({ ...each, guard: name });
  }
  return blocked === undefined ? { replace } : { blocked };
}
