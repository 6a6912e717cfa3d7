import type { BatchKind } from '../types/batch/batch.ts';
import type { DeferredChannel } from '../types/batch/desk.ts';
import type { BatchLimits, ProviderBatches } from '../types/provider.ts';
import type { Entry } from './entry.ts';

/** Calls that are collected for the next batch of one kind. */
export interface Pile {
  readonly channel: DeferredChannel;
  readonly batches: ProviderBatches;
  readonly kind: BatchKind;
  readonly model: string;
  /** The batch of ours that they belong to; `undefined` for single calls. */
  readonly job: string | undefined;
  readonly entries: Map<string, Entry>;
  /** The sum of its entries' loads. */
  load: Load;
  /** When it is submitted at the latest; monotonic milliseconds. */
  dueAt: number;
  cancelTimer: () => void;
}

export function newPile(of: Pick<Pile, 'channel' | 'batches' | 'kind' | 'model' | 'job'>): Pile {
  const state = { load: noLoad, dueAt: Number.POSITIVE_INFINITY, cancelTimer: () => {} };
  return { ...of, ...state, entries: new Map() };
}

/** The share of a batch's limits that a request uses. */
export interface Load {
  readonly bytes: number;
  /** Values to embed. */
  readonly values: number;
  /** Input tokens, estimated. */
  readonly tokens: number;
}

/** Bytes of a line of a vendor's file in addition to the body. */
const lineOverhead = 200;
/** Maximum bytes of one batch, because all of it is in memory at once. */
const mostBytes = 64_000_000;
/** Bytes per token, which is low for most texts, so that the estimate is high. */
const bytesPerToken = 3;

const noLoad: Load = { bytes: 0, values: 0, tokens: 0 };

const encoder = new TextEncoder();

/** Bytes of a body. */
export function sizeOf(body: string): number {
  return encoder.encode(body).length;
}

export function loadOf(bytes: number, values: number): Load {
  return { bytes: bytes + lineOverhead, values, tokens: Math.ceil(bytes / bytesPerToken) };
}

export function plus(one: Load, other: Load): Load {
  return {
    bytes: one.bytes + other.bytes,
    values: one.values + other.values,
    tokens: one.tokens + other.tokens,
  };
}

/**
 * Whether a load is within a vendor's limits, and below the size that this target's queue is known to refuse.
 */
export function fits(load: Load, limits: BatchLimits, mostTokens: number): boolean {
  const { bytes, values = Number.POSITIVE_INFINITY, tokens = Number.POSITIVE_INFINITY } = limits;
  return (
    load.bytes <= Math.min(bytes, mostBytes) &&
    load.values <= values &&
    load.tokens <= Math.min(tokens, mostTokens)
  );
}
