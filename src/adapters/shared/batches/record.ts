import type { BatchRequest, BatchResult } from '../../../types/batch/job.ts';
import type { CallOptions } from '../../../types/options/call-options.ts';
import type { JSONObject } from '../../../types/request/json.ts';

/** The moments in the life of a batch, in milliseconds since 1970. */
export type Moment = 'inProgress' | 'finalizing' | 'completed' | 'failed' | 'expired' | 'cancelled';

/** The stored state of a batch that the router runs for its clients. */
export interface HostedRecord<Face = unknown> {
  readonly id: string;
  /** Only this owner sees it. */
  readonly owner: string;
  readonly state:
    | 'validating'
    | 'in_progress'
    | 'finalizing'
    | 'completed'
    | 'failed'
    | 'expired'
    | 'cancelled';
  /** Milliseconds since 1970, as all moments here. */
  readonly createdAt: number;
  readonly deadline: number;
  /** When it expires in the store. */
  readonly forgottenAt: number;
  readonly moments: Readonly<Partial<Record<Moment, number>>>;
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  /** Why it was not begun. */
  readonly errors?: readonly JSONObject[];
  /** The protocol's own data, as JSON. */
  readonly face: Face;
}

/** A batch with the requests of other processes about it. */
export interface HostedBatch<Face = unknown> extends HostedRecord<Face> {
  /** When it was canceled. */
  readonly cancelingAt?: number;
}

/** A protocol for batches. */
export interface BatchFace<Face> {
  /** Counts the requests, or finds their errors. */
  check(record: HostedRecord<Face>): Promise<number | readonly JSONObject[]>;
  requests(record: HostedRecord<Face>): AsyncIterable<BatchRequest>;
  options(record: HostedRecord<Face>): CallOptions;
  /** A result as text. */
  write(
    record: HostedRecord<Face>,
    result: BatchResult,
  ): { readonly text: string; readonly isError: boolean };
  /** Whether a written error is that of a request that was not run in time. */
  isExpired(text: string): boolean;
  /** Called before a batch is over, with the bytes of its results. */
  finish(
    record: HostedRecord<Face>,
    bytes: { readonly output: number; readonly errors: number },
  ): Promise<void>;
}

/** Whether nothing is left to do. */
export function isOver({ state }: HostedRecord): boolean {
  return ['completed', 'failed', 'expired', 'cancelled'].includes(state);
}

/** An id with 122 random bits, which cannot be guessed. */
export function newId(prefix: string): string {
  return prefix + crypto.randomUUID().replaceAll('-', '');
}

/** The names of a batch's results among the parts. */
export function outputOf(id: string): string {
  return `${id}/output`;
}
export function errorsOf(id: string): string {
  return `${id}/errors`;
}
