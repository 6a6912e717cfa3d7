import type { BatchTrace } from '../../types/batch/batch.ts';
import type { Clock } from '../../types/clock.ts';
import type { ProviderBatches } from '../../types/provider.ts';
import type { Entry } from '../entry.ts';

/** The stored description of a vendor's batch. */
export interface ChunkRecord extends BatchTrace {
  readonly target: string;
  readonly key: number;
  readonly state: 'submitting' | 'submitted' | 'read';
  readonly vendorId?: string;
}

/** The dependencies of a chunk. */
export interface ChunkHost {
  readonly clock: Clock;
  readonly random: () => number;
  /** Loads the vendor's batch interface. */
  batches(): Promise<ProviderBatches>;
  /** Stores the record; resolves when it is stored. */
  save(record: ChunkRecord): Promise<void>;
  /** Called when the vendor's batch is read and deleted, or given up. */
  onOver(): void;
  /** Called when a vendor's batch that was lost is canceled and deleted. */
  onCleared(): void;
  /** Takes over requests that are too many for the vendor's queue. */
  onSplit(entries: readonly Entry[]): void;
  /** Called when the vendor's queue had no room for so many bytes, twice. */
  onFull(bytes: number): void;
  report(error: unknown): void;
}

/** Stores the records of one batch's chunks. */
export interface ChunkStore {
  save(record: ChunkRecord): Promise<void>;
}

export interface DeskHost {
  readonly clock: Clock;
  readonly random: () => number;
  report(error: unknown): void;
}
