import type { TargetStateEvent } from '../../types/event.ts';
import { compact } from '../../util/json.ts';

/** The log entry of a change of a target's health. */
export interface StateLogEntry
  extends Pick<TargetStateEvent, 'target' | 'key' | 'workload' | 'state' | 'previous'> {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** When the router expects to try the target again: ISO 8601, UTC; omitted if unknown. */
  readonly retryAt?: string;
}

export function stateEntryOf(event: TargetStateEvent, now: number): StateLogEntry {
  const { target, key, workload, state, previous, retryAt } = event;
  return compact({
    time: toISO(now),
    target,
    key,
    workload,
    state,
    previous,
    retryAt: retryAt === undefined || !Number.isFinite(retryAt) ? undefined : toISO(retryAt),
  });
}

function toISO(ms: number): string {
  return new Date(ms).toISOString();
}

/** A log line for people: `12:00:03 openai/gpt-5-mini is failing, was healthy, until 12:00:08`. */
export function stateTextOf({
  time,
  target,
  key,
  workload,
  state,
  previous,
  retryAt,
}: StateLogEntry): string {
  const which = `${target}${key === undefined ? '' : ` key ${key}`}${workload === undefined ? '' : ` (${workload})`}`;
  const until = retryAt === undefined ? '' : `, until ${retryAt.slice(11, 19)}`;
  return `${time.slice(11, 19)} ${which} is ${state}, was ${previous}${until}`;
}
