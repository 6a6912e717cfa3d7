import type { LedgerGroup } from '../../plugins/ledger/index.ts';
import type { OutageLine } from '../protocol.ts';

/** Minimum failed attempts in an hour, and their minimum ratio, for an outage. */
const fewest = 3;
const ratio = 0.5;
const hour = 3_600_000;

/**
 * Outages of the past, by the hour: hours in which at least half of a target's attempts failed.
 *
 * @param groups by hour and target
 * @param totals by hour
 * @param toMoment of the start of an hour such as `2026-11-28T13`
 */
export function outagesOf(
  groups: readonly LedgerGroup[],
  totals: readonly LedgerGroup[],
  toMoment: (hour: string) => number,
): readonly OutageLine[] {
  const answered = new Map(totals.map(({ key, failovers }) => [key.hour, failovers]));
  const open = new Map<string, { -readonly [Field in keyof OutageLine]: OutageLine[Field] }>();
  const all: OutageLine[] = [];
  for (const { key, attempts, failedAttempts } of groups.toSorted(byHour)) {
    if (failedAttempts < fewest || failedAttempts < ratio * attempts) continue;
    const { hour: name, target } = key;
    if (target == null || name == null) continue;
    const from = toMoment(name);
    // A request that failed at several targets counts once.
    const failedOver = Math.min(failedAttempts, answered.get(name) ?? 0);
    const known = open.get(target);
    if (known?.to === from) {
      known.to = from + hour;
      known.failedOver += failedOver;
      continue;
    }
    const outage = { target, state: 'failed', from, to: from + hour, failedOver, avoided: 0 };
    open.set(target, outage);
    all.push(outage);
  }
  return all.toReversed();
}

function byHour(a: LedgerGroup, b: LedgerGroup): number {
  return (a.key.hour ?? '') < (b.key.hour ?? '') ? -1 : 1;
}
