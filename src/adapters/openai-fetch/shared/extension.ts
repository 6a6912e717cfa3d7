import * as z from 'zod/mini';
import { anyObject } from '../validate.ts';

const ms = z.optional(z.number());

/** What is asked, and which model, is not for a vendor's options to say: the route, its prices and its limits hold. */
const reserved = ['model', 'models', 'messages', 'input', 'contents', 'stream'];
const wishes = anyObject.check(
  z.refine((options) => !reserved.some((name) => Object.hasOwn(options, name)), {
    error: `options without ${reserved.join(', ')}`,
  }),
);

/**
 * The field `signalbox` of a request's body: what the protocol has no word for. `CallOptions` of the router, and
 * `providerOptions` that are a wish: a target of another vendor answers without them, where fields of the body itself that
 * only one vendor knows are a demand.
 */
export const extension = z.optional(
  z.strictObject({
    session: z.optional(z.string()),
    maxCost: z.optional(z.number()),
    timeout: z.optional(z.strictObject({ request: ms, attempt: ms, connect: ms, firstToken: ms, idle: ms })),
    only: z.optional(z.array(z.string())),
    priority: z.optional(z.enum(['critical', 'normal', 'sheddable'])),
    interrupted: z.optional(z.enum(['error', 'continue'])),
    metadata: z.optional(anyObject),
    providerOptions: z.optional(z.record(z.string(), wishes)),
  }),
);

export type Extension = z.output<typeof extension>;
