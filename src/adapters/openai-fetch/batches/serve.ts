import type { Router } from '../../../types/router.ts';
import { digest } from '../../../util/hash.ts';
import { shownIn } from '../auth.ts';
import { type Incoming, readForm, readJSON } from '../body.ts';
import type { Caller } from '../caller.ts';
import { HttpError } from '../errors.ts';
import type { Settings } from '../options.ts';
import type { BatchServer, Context, Resource } from '../shared/context.ts';
import { found, only } from '../shared/endpoint.ts';
import { idHeaders } from '../shared/error-format.ts';
import type { Directory } from '../targets.ts';
import { Batches, toBatch } from './batches.ts';
import { toFile } from './files.ts';

export function batchServer(router: Router, directory: Directory, settings: Settings): BatchServer {
  const { batches: limits, maxBodyBytes } = settings;
  if (limits === undefined) throw new Error('batches are off');
  const batches = new Batches(router, directory, limits);
  const { files } = batches;

  const onFiles = async (call: Incoming, { id, verb }: Resource, owner: string, context: Context) => {
    if (id === undefined && call.method === 'POST')
      return found(
        await files.upload(owner, await readForm(call, limits.maxFileBytes, 'batches.maxFileBytes')),
        context,
      );
    if (id === undefined) {
      only('GET', call);
      return found(await files.list(owner, call.url.searchParams), context);
    }
    if (verb === undefined && call.method === 'DELETE') return found(await files.remove(owner, id), context);
    only('GET', call);
    const file = await files.find(owner, id);
    if (verb === undefined) return found(toFile(file), context);
    const headers = { ...idHeaders(context.requestId), 'content-type': 'application/octet-stream' };
    return new Response(files.content(file), { headers });
  };

  const onBatches = async (call: Incoming, { id, verb }: Resource, owner: string, context: Context) => {
    if (id === undefined && call.method === 'POST')
      return found(await batches.create(owner, context.caller, await readJSON(call, maxBodyBytes)), context);
    only(verb === undefined ? 'GET' : 'POST', call);
    if (id === undefined) return found(await batches.list(owner, call.url.searchParams), context);
    if (verb !== undefined) return found(await batches.cancel(owner, id), context);
    return found(toBatch(await batches.find(owner, id)), context);
  };

  return {
    resumeAll: () => batches.resumeAll(),
    async serve(call, resource, context) {
      const { kind, verb } = resource;
      if (verb !== undefined && verb !== (kind === 'files' ? 'content' : 'cancel'))
        throw new HttpError({ status: 404, code: 'unknown_url', message: 'unknown endpoint' });
      const owner = await ownerOf(context.caller, call.headers, settings);
      return kind === 'files'
        ? onFiles(call, resource, owner, context)
        : onBatches(call, resource, owner, context);
    },
  };
}

/** Hashed, because keys of a store hold no plain names. A tenant's keys share its files; other tokens have their own. */
async function ownerOf(
  { tenant }: Caller,
  headers: Headers,
  { tokens, identify }: Settings,
): Promise<string> {
  const isChecked = tokens.length > 0 || identify !== undefined;
  const token = isChecked ? shownIn(headers)[0] : undefined;
  const name =
    tenant === undefined ? (token === undefined ? 'anyone' : `token ${token}`) : `tenant ${tenant}`;
  const bytes = await digest(name);
  return [...bytes.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
