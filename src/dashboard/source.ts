import type { Live, RequestDetail, RequestLine } from './protocol.ts';

/** Requests that have changed. */
export interface Changes {
  /** The number of the last change. */
  readonly change: number;
  readonly requests: readonly RequestLine[];
  /** Whether they are all requests, not only the changed ones. */
  readonly all: boolean;
}

/** The live data of the page, from a router or a ledger. */
export interface Source {
  /** @param since the number of the last known change; 0 for all */
  changes(since: number): Changes | Promise<Changes>;
  live(): Live | Promise<Live>;
  detail(id: string): RequestDetail | undefined | Promise<RequestDetail | undefined>;
}
