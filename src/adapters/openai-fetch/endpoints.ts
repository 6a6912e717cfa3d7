import { type Incoming, readForm, readJSON } from './body.ts';
import { chatCompletions } from './chat-completions/request.ts';
import { embeddings } from './embeddings.ts';
import { HttpError } from './errors.ts';
import { imageEdits } from './images/edits.ts';
import { imageGenerations } from './images/generations.ts';
import { messages } from './messages/request.ts';
import { listModels, retrieveModel } from './models.ts';
import type { Settings } from './options.ts';
import { responses } from './responses/request.ts';
import { converse } from './shared/chat-handler.ts';
import type { Context } from './shared/context.ts';
import { decode, found, only } from './shared/endpoint.ts';
import type { Dialect } from './shared/error-format.ts';
import type { Plan } from './shared/protocol.ts';

const plans: readonly (readonly [ending: string, toPlan: (body: unknown) => Plan])[] = [
  ['/chat/completions', chatCompletions],
  ['/responses', responses],
  ['/messages', messages],
];

/** The error format of an endpoint. */
export function dialectOf({ pathname }: URL): Dialect {
  return /\/messages(\/count_tokens)?\/?$/.test(pathname) ? 'anthropic' : 'openai';
}

/** Answers a call; the endpoint may have any path prefix. Throws for calls it refuses. */
export async function serve(call: Incoming, settings: Settings, context: Context): Promise<Response> {
  const path = call.url.pathname.replace(/\/+$/, '');
  const toPlan = plans.find(([ending]) => path.endsWith(ending))?.[1];
  if (toPlan !== undefined) {
    only('POST', call);
    return converse(toPlan(await readJSON(call, settings.maxBodyBytes)), context);
  }
  if (path.endsWith('/embeddings')) {
    only('POST', call);
    return embeddings(await readJSON(call, settings.maxBodyBytes), context);
  }
  if (path.endsWith('/images/generations')) {
    only('POST', call);
    return imageGenerations(await readJSON(call, settings.maxBodyBytes), context);
  }
  if (path.endsWith('/images/edits')) {
    only('POST', call);
    return imageEdits(await readForm(call, settings.maxBodyBytes), context);
  }
  if (path.endsWith('/models')) {
    only('GET', call);
    return found(listModels(context.directory, context.caller), context);
  }
  const model = /\/models\/(.+)$/.exec(path)?.[1];
  if (model !== undefined) {
    only('GET', call);
    return found(retrieveModel(context.directory, decode(model), context.caller), context);
  }
  const [, kind, id, verb] = /\/(files|batches)(?:\/([^/]+))?(?:\/(content|cancel))?$/.exec(path) ?? [];
  if ((kind === 'files' || kind === 'batches') && context.batches !== undefined) {
    const resource = { kind, id: id && decode(id), verb } as const;
    return (await context.batches()).serve(call, resource, context);
  }
  const name = /\/reports\/([^/]+)$/.exec(path)?.[1];
  if (name !== undefined && settings.reports.size > 0) {
    only('GET', call);
    return found(await reportOf(decode(name), call.url.searchParams, settings, context), context);
  }
  throw new HttpError({ status: 404, code: 'unknown_url', message: whyNot(path) });
}

/** The role is checked first, so that names of reports are not revealed. */
async function reportOf(
  name: string,
  parameters: URLSearchParams,
  { reports }: Settings,
  { caller }: Context,
): Promise<object> {
  if (caller.role !== 'admin')
    throw new HttpError({
      status: 403,
      code: 'forbidden',
      message: 'reports need a key with the role admin',
    });
  const report = reports.get(name);
  if (report === undefined)
    throw new HttpError({ status: 404, code: 'unknown_url', message: 'there is no such report' });
  return { object: 'report', name, data: await report(parameters) };
}

function whyNot(path: string): string {
  if (path.endsWith('/messages/count_tokens')) {
    return 'token counts depend on the model, which the router chooses per request; count_tokens is not supported';
  }
  const others = ['/embeddings', '/images/generations', '/images/edits', '/models', '/files', '/batches'];
  const known = [...plans.map(([ending]) => ending), ...others].join(', ');
  return `unknown endpoint; available: ${known}`;
}
