import { hashShare } from '../../src/util/hash.ts';
import { type Dice, dice } from './dice.ts';
import type { Plan, RequestPlan, TargetPlan, Window } from './plan.ts';

/**
 * What is wrong with a request itself: it names a file that the account does not have, an option that the model does not take, is
 * against the vendor's policy, or is refused without a word on why.
 */
export type RequestFault = 'file' | 'option' | 'policy' | 'unclear';

const faults = ['file', 'option', 'policy', 'unclear'] as const;
const troubles = ['busy', 'closed', 'gone'] as const;

/** What is the same in all requests at fault: the file, or the option. */
export const faultyOptions = { vendor: { file: 'file-1' } };

/** Whether a target takes a request in spite of its fault: it has the file, knows the option, or has another policy. */
export function takesFault(target: string, { number, asks = number, fault }: RequestPlan): boolean {
  return fault === undefined || hashShare(`${target} ${asks}`) < 0.4;
}

/**
 * Adds to a world what came later than the others: requests at fault, forecasts, pools of dead connections, and a process that stands
 * still. It has dice of its own, so that all else stays as it was.
 */
export function withMoreTrouble(plan: Plan): Plan {
  const throws = dice(plan.seed * 7_919 + 1);
  const { chance, between, whole } = throws;
  const length = plan.requests.at(-1)?.at ?? 0;
  const odds = chance(0.5) ? between(0.02, 0.5) : 0;
  return {
    ...plan,
    targets: plan.targets.map((target) => drawMore(target, throws, length)),
    requests: plan.requests.map((request) => ({
      ...request,
      ...(chance(odds) ? { fault: throws.pick(faults) } : {}),
    })),
    freezes: Array.from({ length: chance(0.2) ? whole(1, 3) : 0 }, () => ({
      at: between(0, length),
      ms: between(100, 20_000),
    })),
  };
}

function drawMore(target: TargetPlan, { chance, between, whole, pick }: Dice, length: number): TargetPlan {
  const isSound = target.errorRate === 0 && target.windows.length === 0;
  const windows = Array.from({ length: !isSound && chance(0.3) ? 1 : 0 }, (): Window => {
    const from = between(-0.2, 1) * length;
    return {
      from,
      to: from + between(0.02, 0.4) * length,
      trouble: pick(troubles),
      says: true,
      key: undefined,
    };
  });
  return {
    ...target,
    windows: [...target.windows, ...windows],
    ...(chance(0.2) ? { forecast: { limit: whole(1, 40), perMinute: whole(1, 120) } } : {}),
    deadPools: Array.from({ length: chance(0.15) ? whole(1, 2) : 0 }, () => between(0, length)),
  };
}
