import * as z from 'zod/mini';
import { anyObject } from '../validate.ts';

const ms = z.optional(z.number());

/** Provider options must not override the model or the content: the route, its prices and its limits apply. */
const reserved = ['model', 'models', 'messages', 'input', 'contents', 'stream'];
const wishes = anyObject.check(
  z.refine((options) => !reserved.some((name) => Object.hasOwn(options, name)), {
    error: `options without ${reserved.join(', ')}`,
  }),
);

/**
 * The field `signalbox` of a request body, for what the protocol cannot express: the router's `CallOptions`, and
 * `providerOptions` that are optional. A target of another vendor answers without them, whereas vendor-specific fields of the
 * body itself are required.
 */
export const extension: z.ZodMiniType<Extension> = z.optional(
  z.strictObject({
    session: z.optional(z.string()),
    maxCost: z.optional(z.number()),
    timeout: z.optional(z.strictObject({ request: ms, attempt: ms, connect: ms, firstToken: ms, idle: ms })),
    only: z.optional(z.array(z.string())),
    targets: z.optional(z.array(z.string()).check(z.minLength(1))),
    priority: z.optional(z.enum(['critical', 'normal', 'sheddable'])),
    interrupted: z.optional(z.enum(['error', 'continue'])),
    metadata: z.optional(anyObject),
    history: z.optional(z.strictObject({ from: z.union([z.string(), z.array(z.string())]) })),
    providerOptions: z.optional(z.record(z.string(), wishes)),
  }),
);

/** The call options in the field `signalbox`; see `CallOptions`. */
export interface RoutedOptions {
  /** Session of the conversation, see `CallOptions.session`. */
  session?: string | undefined;
  /** US$. */
  maxCost?: number | undefined;
  /** Milliseconds. */
  timeout?:
    | Partial<Record<'request' | 'attempt' | 'connect' | 'firstToken' | 'idle', number | undefined>>
    | undefined;
  /** Ids of targets. */
  only?: string[] | undefined;
  /** Ids of targets in order of preference, see `CallOptions.targets`. */
  targets?: string[] | undefined;
  /** Importance while requests wait, see `CallOptions.priority`. */
  priority?: 'critical' | 'normal' | 'sheddable' | undefined;
  /** What happens when the stream breaks, see `CallOptions.interrupted`. This format cannot express `restart`. */
  interrupted?: 'error' | 'continue' | undefined;
  /** Metadata for selectors, strategies, events and ledgers. */
  metadata?: Record<string, unknown> | undefined;
  /** Targets whose accounts made the signatures in the history, see `CallOptions.history`. */
  history?:
    | {
        /** Ids of the targets. */
        from: string | string[];
      }
    | undefined;
  /** Optional vendor options, by provider name. */
  providerOptions?: Record<string, Record<string, unknown>> | undefined;
}

export type Extension = RoutedOptions | undefined;
