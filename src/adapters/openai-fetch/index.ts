/**
 * A router behind the `fetch` of the OpenAI and Anthropic SDKs, and as a web-standard handler for clients in any language.
 *
 * @module openai-fetch
 */
import { ConfigError } from '../../errors.ts';
import type { Router } from '../../types/router.ts';
import { createGuard } from './auth.ts';
import { incoming } from './body.ts';
import { dialectOf, serve } from './endpoints.ts';
import { failureOf } from './errors.ts';
import { checkOptions, type ToFetchOptions } from './options.ts';
import { errorResponse } from './shared/error-format.ts';
import { directory } from './targets.ts';

export type { Caller, IdentifyCaller, TokenRequest } from './caller.ts';
export type { ToFetchOptions } from './options.ts';

/** What `toFetch` gives: a `fetch` for SDKs, and a handler for servers. It throws only what aborted the call. */
export interface RouterFetch {
  /** As SDKs in this process call it. */
  (url: Request | URL | string, init?: RequestInit): Promise<Response>;
  /** As servers call it. What else they give it (a route's parameters, an environment) is not looked at. */
  (request: Request): Promise<Response>;
}

/**
 * Makes a `fetch` that answers as the APIs of OpenAI and Anthropic do, from the targets of a router, without a network in
 * between: `POST …/chat/completions`, `…/responses`, `…/embeddings`, `…/messages`, and `GET …/models`, below any path.
 *
 * - `model` names a route or a target; `default` leaves the choice to the router.
 * - A field `signalbox` in the body holds call options: `session`, `maxCost`, `timeout`, `only`, `priority`, `interrupted`
 *   (`error` or `continue`), `metadata`, and `providerOptions`. Events have the id of the request in `metadata.requestId`.
 * - A field that only one vendor knows and that changes the answer is for that vendor's targets alone: others are left out, and
 *   where none is left the answer is a 400. In `signalbox.providerOptions` it is a wish, which holds no target back.
 * - An answer's headers `x-signalbox-target`, `x-signalbox-attempts` and `x-signalbox-cost` (US$), and its field `signalbox`,
 *   say who gave it; of a stream the target is in the headers, and the rest in its last event.
 * - Errors are in the shape of the API that was asked, and tell SDKs not to retry what the router has tried already.
 *   A stream that breaks after its first token ends with an error, also on routes with `interrupted: 'restart'`, which
 *   these protocols cannot show; `continue` works.
 *
 * A call with a `Request`, as servers make it, needs `token`; see its doc. No CORS headers are sent.
 *
 * @throws ConfigError naming the option that is wrong
 * @example
 * const client = new OpenAI({ apiKey: 'none', baseURL: 'http://signalbox/v1', fetch: toFetch(router) });
 * const completion = await client.chat.completions.create({ model: 'default', messages });
 * @example
 * const client = new Anthropic({ apiKey: 'none', baseURL: 'http://signalbox', fetch: toFetch(router) });
 * @example
 * const handler = toFetch(router, { token: process.env.ROUTER_TOKEN });
 * app.all('/v1/*', (c) => handler(c.req.raw)); // Hono; `export const POST = handler` in a Next.js route
 */
export function toFetch(router: Router, options: ToFetchOptions = {}): RouterFetch {
  if (typeof router?.chat !== 'function') {
    throw new ConfigError('toFetch', 'a router, made by createRouter', typeof router);
  }
  const settings = checkOptions(options);
  const guard = createGuard(settings);
  const known = directory(router);
  return async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    const call = incoming(input, init);
    const requestId = `req_${crypto.randomUUID().replaceAll('-', '')}`;
    const { signal, remote } = call;
    try {
      signal?.throwIfAborted();
      const caller = await guard(call);
      return await serve(call, settings, { router, directory: known, requestId, caller, signal, remote });
    } catch (error) {
      if (signal?.aborted === true) {
        if (!remote) throw signal.reason;
        // Nobody reads it: the client has gone.
        return new Response(null, { status: 499 });
      }
      return errorResponse(failureOf(error, remote), dialectOf(call.url), requestId);
    }
  };
}
