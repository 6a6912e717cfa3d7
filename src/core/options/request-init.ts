import type { CallOptions } from '../../types/options/call-options.ts';
import type { AnyRequest } from '../../types/plugin.ts';
import type { RouterContext } from '../context.ts';
import type { Checked, Operation } from '../operations/operation.ts';
import type { Route } from '../routes.ts';

/** The input of a request. */
export interface RequestInit<Request extends AnyRequest = AnyRequest> {
  readonly id: string;
  readonly env: RouterContext;
  readonly operation: Operation<Request>;
  /** The caller's own object. */
  readonly original: object;
  readonly checked: Checked<Request>;
  readonly options: CallOptions;
  /** Its route; until `select` has chosen one, the fallback route. */
  readonly route: Route;
  /** It is a shadow copy; no caller awaits it. */
  readonly shadow?: boolean;
  /** `false` if `select` is still to choose its route. Default: `true`. */
  readonly isRouted?: boolean;
  /** Called once, when the request has ended. */
  readonly onEnd?: () => void;
}
