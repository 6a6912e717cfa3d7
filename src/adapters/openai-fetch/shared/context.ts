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
  /** The handler of `/files` and `/batches`, loaded when first needed; `undefined` if they are off. */
  readonly batches: (() => Promise<BatchServer>) | undefined;
}

/** A request to `/files` or `/batches`. */
export interface Resource {
  readonly kind: 'files' | 'batches';
  readonly id: string | undefined;
  readonly verb: string | undefined;
}

/** Answers `/files` and `/batches`. */
export interface BatchServer {
  serve(call: Incoming, resource: Resource, context: Context): Promise<Response>;
  /** Continues the batches of an earlier process. */
  resumeAll(): Promise<void>;
}
