import { answer, refusal } from './answers.ts';
import {
  type Asked,
  type Behavior,
  formOf,
  linesOf,
  type MockBatch,
  type MockVendor,
  newDesk,
  serve,
} from './vendor.ts';

const account = 'accounts/acme';

/**
 * Fireworks' batch inference jobs as documented: https://docs.fireworks.ai/guides/batch-inference. Results are downloaded from signed
 * addresses, which take no key.
 */
export async function fireworksVendor(changes: Partial<Behavior> = {}): Promise<MockVendor> {
  const desk = newDesk(changes);
  const { behavior, files, batches } = desk;
  const address = { url: '' };
  const nameOf = ({ id }: MockBatch): string => `${account}/batchInferenceJobs/${id}`;
  const view = (batch: MockBatch): Record<string, unknown> => {
    const isOver = desk.isOver(batch);
    const whole = behavior.failWhole(batch);
    const isLate = isOver && !whole && [...desk.settle(batch).values()].includes('expired');
    const state = whole ? 'FAILED' : isOver ? (isLate ? 'EXPIRED' : 'COMPLETED') : 'RUNNING';
    return {
      name: nameOf(batch),
      state: `JOB_STATE_${state}`,
      status: whole ? { code: 'INVALID_ARGUMENT', message: whole.code } : { code: 'OK', message: '' },
      jobProgress: { totalInputRequests: batch.asked.length, totalProcessedRequests: 0 },
    };
  };
  const finish = (batch: MockBatch): void => {
    const output = `datasets/${batch.id}-out`;
    if (behavior.failWhole(batch) !== undefined || files.has(output)) return;
    const fates = [...desk.settle(batch)].reverse();
    const rows = fates.flatMap(([asked, fate]) => {
      if (fate !== 'answered') return [];
      const response = answer(asked, '/v1/chat/completions', behavior);
      return [JSON.stringify({ custom_id: asked.customId, response })];
    });
    const errors = fates.flatMap(([{ customId }, fate]) => {
      return fate === 'refused' ? [JSON.stringify({ custom_id: customId, error: 'not supported here' })] : [];
    });
    files.set(output, { 'BIJOutputSet.jsonl': rows.join('\n'), 'error-data.jsonl': errors.join('\n') });
  };
  const vendor = await serve(desk, async (method, url, request, body) => {
    const [path = '', query = ''] = url.split('?');
    if (path.startsWith('/signed/')) {
      if (request.headers.authorization !== undefined) throw new Error('a key for a signed address');
      const [, , dataset = '', file = ''] = path.split('/');
      return { text: (files.get(`datasets/${dataset}`) as Record<string, string>)[file] ?? '' };
    }
    if (path === '/v1/accounts')
      return { json: { accounts: [{ name: 'accounts/fireworks' }, { name: account }] } };
    const [resource = '', id = ''] = path.slice(`/v1/${account}/`.length).split('/');
    const [name = '', verb] = id.split(':');
    if (path.startsWith('/v1/accounts/') && resource === 'datasets') {
      if (method === 'POST' && name === '') {
        const { datasetId, dataset } = JSON.parse(body.toString());
        if (!/^[a-z0-9-]{1,63}$/.test(datasetId) || dataset.userUploaded === undefined)
          return { status: 400, json: refusal };
        files.set(`datasets/${datasetId}`, undefined);
        return { json: { name: `${account}/datasets/${datasetId}` } };
      }
      if (verb === 'upload') {
        const file = (await formOf(request, body)).get('file');
        if (!(file instanceof File) || !files.has(`datasets/${name}`)) return { status: 400, json: refusal };
        files.set(`datasets/${name}`, await file.text());
        return { json: {} };
      }
      if (verb === 'getDownloadEndpoint') {
        const own = Object.keys((files.get(`datasets/${name}`) as object | undefined) ?? {});
        const urls = own.map((file) => [file, `${address.url}/signed/${name}/${file}?signature=1`]);
        return { json: { filenameToSignedUrls: Object.fromEntries(urls.toReversed()) } };
      }
      if (!files.delete(`datasets/${name}`)) return { status: 404, json: refusal };
      return { json: {} };
    }
    if (path.startsWith('/v1/accounts/') && resource === 'batchInferenceJobs') {
      if (method === 'POST') {
        const { inputDatasetId, outputDatasetId, model } = JSON.parse(body.toString());
        const own = new URLSearchParams(query).get('batchInferenceJobId') ?? '';
        const input = String(inputDatasetId).slice(`${account}/`.length);
        if (outputDatasetId !== `${account}/datasets/${own}-out` || typeof model !== 'string')
          return { status: 400, json: refusal };
        if (batches.some((each) => each.id === own)) return { status: 409, json: refusal };
        const asked = linesOf(files.get(input)).map((row): Asked => {
          return { customId: String(row['custom_id']), body: row['body'] as Asked['body'] };
        });
        return { json: view(desk.open(own, asked, { input })) };
      }
      const listed = batches.filter(({ removed }) => !removed);
      if (name === '') return { json: { batchInferenceJobs: listed.map(view), nextPageToken: '' } };
      const batch = listed.find((each) => each.id === name);
      if (batch === undefined) return { status: 404, json: refusal };
      if (method === 'DELETE') batch.removed = true;
      else batch.polls += 1;
      if (desk.isOver(batch)) finish(batch);
      return { json: view(batch) };
    }
    const asked = { customId: '', body: JSON.parse(body.toString()) };
    desk.chats.push(asked);
    return { json: answer(asked, path, behavior) };
  });
  address.url = vendor.url;
  return vendor;
}
