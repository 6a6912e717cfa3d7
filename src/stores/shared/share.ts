import type { LastLease, Lease, LeaseRequest, Settlement } from '../../types/store.ts';

/** A store's record of an amount shared by processes. Plain data, so that a store can serialize it as JSON. */
export interface Share {
  /** Total usage, expired leases included. */
  used: number;
  /** Time up to which `refill` has been credited, on the store's clock. */
  refilledAt: number;
  /** See `Lease.record`. */
  readonly record: number;
  /** After a loss of data: the usage before it, as far as holders have reported it. */
  restored: number;
  /** After a loss of data: until when nothing new is granted. 0: none was lost. */
  recoversAt: number;
  readonly holders: Record<string, Holder>;
}

interface Holder {
  sequence: number;
  /** The running total that has been booked. */
  total: number;
  granted: number;
  expiresAt: number;
  /** Whether the lease expired and counts as fully used. */
  written: boolean;
  /** The last reply, in case the holder repeats its request. */
  answer: Lease;
}

/** Milliseconds after which an expired holder is dropped, so that a key does not grow with every restart of a process. */
export const forgottenAfter = 600_000;

export function emptyShare(now: number): Share {
  // No prototype: holder names are external input and must not match properties of Object.prototype.
  const record = Math.floor(2 ** 52 * Math.random());
  return { used: 0, refilledAt: now, record, restored: 0, recoversAt: 0, holders: Object.create(null) };
}

/** Implements `Store.lease`. Changes `share`. */
export function leaseFrom(share: Share, request: LeaseRequest, now: number): Lease {
  const { holder: name, sequence, limit, want, ttl } = request;
  const before = share.holders[name];
  if (before !== undefined && sequence <= before.sequence) return before.answer;
  expire(share, request.expired ?? 'used', now);
  forget(share, name, now);
  if (request.refill !== undefined) refill(share, limit, request.refill, now);
  if (isLost(share, before, request)) restore(share, before, request.last, now);
  else book(share, before, request.used);
  const others = Object.entries(share.holders).filter(
    ([other, { granted, written }]) => other !== name && granted > 0 && !written,
  );
  const held = others.reduce((sum, [, { granted }]) => sum + granted, 0);
  const { reserved = 0, least = 1 } = request;
  const free = Math.max(0, limit - share.used - held - reserved);
  const needed = Math.max(1, least - reserved);
  const most = Math.max(needed, Math.floor(free / (others.length + 1)));
  const isPaused = now < share.recoversAt;
  const more = free < needed || isPaused ? 0 : Math.max(0, Math.min(want - reserved, free, most));
  const granted = reserved + more;
  const { used, record, recoversAt } = share;
  const state = { used, held, holders: others.length, record, now };
  const answer = { granted, ...state, ...(isPaused ? { recoversAt } : {}) };
  share.holders[name] = {
    sequence,
    total: request.used,
    granted,
    expiresAt: now + ttl,
    written: false,
    answer,
  };
  return answer;
}

/** Implements `Store.settle`. Changes `share`. */
export function settleIn(share: Share, { holder: name, sequence, used }: Settlement): void {
  const holder = share.holders[name];
  if (holder === undefined || sequence <= holder.sequence) return;
  book(share, holder, used);
  share.holders[name] = { ...holder, sequence, total: used, granted: 0, written: false };
}

type Restoring = LeaseRequest & { readonly last: LastLease };

/** Whether the store has lost data since the holder's last lease. */
function isLost(share: Share, before: Holder | undefined, request: LeaseRequest): request is Restoring {
  const { last, sequence } = request;
  if (last === undefined) return false;
  return last.record !== share.record || sequence > (before?.sequence ?? 0) + 1;
}

/** Restores the usage before a loss of data from a holder's report. See `LastLease`. */
function restore(share: Share, before: Holder | undefined, last: LastLease, now: number): void {
  const isOlderState = last.record === share.record; // as after a restart from an earlier snapshot
  const isFirst = isOlderState ? now >= share.recoversAt + forgottenAfter : share.recoversAt === 0;
  if (isFirst) {
    share.recoversAt = now + last.pause;
    if (isOlderState) share.restored = share.used;
  }
  const missing = Math.max(0, last.used - share.restored);
  share.restored += missing;
  share.used = Math.max(0, share.used + missing + last.usedSince - writtenOff(before));
}

/** The amount that counts as used because the holder's lease expired. */
function writtenOff(holder: Holder | undefined): number {
  return holder?.written === true ? holder.granted : 0;
}

/** Records a holder's actual usage since it was last booked; an expired lease was counted in full. */
function book(share: Share, holder: Holder | undefined, total: number): void {
  share.used = Math.max(0, share.used + total - (holder?.total ?? 0) - writtenOff(holder));
}

function forget(share: Share, asking: string, now: number): void {
  for (const [name, { granted, written, expiresAt }] of Object.entries(share.holders)) {
    const holds = granted > 0 && !written;
    if (name !== asking && !holds && expiresAt + forgottenAfter <= now) delete share.holders[name];
  }
}

function expire(share: Share, as: 'used' | 'returned', now: number): void {
  for (const holder of Object.values(share.holders)) {
    if (holder.granted === 0 || holder.written || holder.expiresAt > now) continue;
    if (as === 'returned') holder.granted = 0;
    else {
      share.used += holder.granted;
      holder.written = true;
    }
  }
}

/** Credits whole units only; the remaining time carries over. */
function refill(share: Share, limit: number, per: number, now: number): void {
  const units = Math.floor(((now - share.refilledAt) * limit) / per);
  if (units <= 0) return;
  share.used = Math.max(0, share.used - units);
  share.refilledAt = share.used === 0 ? now : share.refilledAt + (units * per) / limit;
}
