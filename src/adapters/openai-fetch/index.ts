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
import { checkOptions, type Settings, type ToFetchOptions } from './options.ts';
import type { BatchServer } from './shared/context.ts';
import { errorResponse } from './shared/error-format.ts';
import { type Directory, directory } from './targets.ts';

export type { Aliases } from '../shared/model-names.ts';
export type { Caller, IdentifyCaller, TokenRequest } from './caller.ts';
export type { BatchesOptions, Reports, ToFetchOptions } from './options.ts';
export { type RouterReport, reportOf, routed } from './routed.ts';
export type { RoutedOptions } from './shared/extension.ts';
export {
  type FastifyReply,
  type FastifyRequest,
  type NodeHandler,
  type NodeRequest,
  type NodeResponse,
  toNodeHandler,
} from './shared/node-handler.ts';

/** The result of `toFetch`: a `fetch` for SDKs and a handler for servers. It throws only the reason of an abort. */
export interface RouterFetch {
  /** The form that SDKs in this process use. */
  (url: Request | URL | string, init?: RequestInit): Promise<Response>;
  /** The form that servers use. Further arguments (route parameters, environment) are ignored. */
  (request: Request): Promise<Response>;
}

/**
 * Creates a `fetch` that implements the APIs of OpenAI and Anthropic on top of a router, without a network hop:
 * `POST …/chat/completions`, `…/responses`, `…/embeddings`, `…/images/generations`, `…/images/edits`, `…/messages`, `GET …/models`, and `…/files` and `…/batches`, under any path prefix.
 *
 * - `model` is the name of a route or a target; `default` lets the router choose.
 * - A field `signalbox` in the body holds call options: `session`, `maxCost`, `timeout`, `only`, `priority`, `interrupted`
 *   (`error` or `continue`), `metadata`, and `providerOptions`. Events carry the request's id in `metadata.requestId`.
 * - A field that only one vendor supports and that changes the answer requires that vendor: other targets are excluded, and if
 *   none remains, the response is a 400. The same field in `signalbox.providerOptions` is optional and excludes no target.
 * - The headers `x-signalbox-target`, `x-signalbox-attempts`, `x-signalbox-cost` (US$) and `x-signalbox-cache` and the field `signalbox` of an answer
 *   name the target, the attempts and the cost. A stream has the target in its headers and the rest in its last event.
 * - Errors use the format of the called API and tell SDKs not to retry, because the router already has.
 *   A stream that breaks after its first token ends with an error, also on routes with `interrupted: 'restart'`, because
 *   these protocols cannot express a restart; `continue` works.
 *
 * A call with a `Request`, the form servers use, needs the option `token`. No CORS headers are sent.
 *
 * @throws ConfigError naming the invalid option
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
  const known = directory(router, options.aliases);
  const batches = batchesOf(router, known, settings);
  return async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    const call = incoming(input, init);
    const requestId = `req_${crypto.randomUUID().replaceAll('-', '')}`;
    const { signal, remote } = call;
    try {
      signal?.throwIfAborted();
      const caller = await guard(call);
      batches?.resume();
      return await serve(call, settings, {
        router,
        directory: known,
        requestId,
        caller,
        headers: call.headers,
        signal,
        remote,
        batches: batches?.load,
      });
    } catch (error) {
      if (signal?.aborted === true) {
        if (!remote) throw signal.reason;
        // The client has disconnected, so the response is never read.
        return new Response(null, { status: 499 });
      }
      return errorResponse(failureOf(error, remote), dialectOf(call.url), requestId);
    }
  };
}

/** `/files` and `/batches`. Batches of an earlier process continue at the first request of any kind. */
function batchesOf(router: Router, known: Directory, settings: Settings) {
  if (settings.batches === undefined) return undefined;
  let loading: Promise<BatchServer> | undefined;
  const load = (): Promise<BatchServer> => {
    loading ??= import('./batches/serve.ts').then(({ batchServer }) => batchServer(router, known, settings));
    return loading;
  };
  // An in-memory store has no batches of an earlier process.
  let hasResumed = router.batches.store.name === 'memory';
  const resume = (): void => {
    if (hasResumed) return;
    hasResumed = true;
    load()
      .then((server) => server.resumeAll())
      .catch(() => {
        hasResumed = false; // the store does not answer; the next request tries again
      });
  };
  return { load, resume };
}
