import type { Router } from '../../../types/router.ts';
import type { Incoming } from '../body.ts';
import type { Caller } from '../caller.ts';
import type { Directory } from '../targets.ts';

/** The context of one request. */
export interface Context {
  readonly router: Router;
  readonly directory: Directory;
  readonly requestId: string;
  readonly caller: Caller;
  readonly headers: Headers;
  readonly signal: AbortSignal | undefined;
  /** Whether the caller is another process. */
  readonly remote: boolean;
  /** What answers `/files` and `/batches`, loaded when it is first needed; `undefined` if they are off. */
  readonly batches: (() => Promise<BatchServer>) | undefined;
}

/** What is asked of `/files` or `/batches`. */
export interface Resource {
  readonly kind: 'files' | 'batches';
  readonly id: string | undefined;
  readonly verb: string | undefined;
}

/** Answers `/files` and `/batches`. */
export interface BatchServer {
  serve(call: Incoming, resource: Resource, context: Context): Promise<Response>;
  /** Continues the batches that an earlier process has left. */
  resumeAll(): Promise<void>;
}
