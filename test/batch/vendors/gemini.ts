import { picture } from './answers.ts';
import {
  type Asked,
  type Behavior,
  type Fate,
  linesOf,
  type MockBatch,
  type MockVendor,
  newDesk,
  type Reply,
  serve,
} from './vendor.ts';

const version = '/v1beta';

/** Gemini's batches as documented: https://ai.google.dev/gemini-api/docs/batch-api. Answers of a file come in its order. */
export async function geminiVendor(changes: Partial<Behavior> = {}): Promise<MockVendor> {
  const desk = newDesk(changes);
  const { behavior, files, batches } = desk;
  const address = { url: '' };
  const outputs = new Map<MockBatch, string>();
  const inline = new Set<MockBatch>();

  const answerOf = (asked: Asked, { endpoint }: MockBatch): unknown => {
    if (endpoint === 'asyncBatchEmbedContent') {
      const parts = (asked.body['content'] as { parts: { text: string }[] }).parts;
      return { embedding: { values: [parts[0]?.text.length, 1] }, tokenCount: '50' };
    }
    const config = asked.body['generationConfig'] as { responseModalities?: string[] } | undefined;
    const isPicture = config?.responseModalities?.includes('IMAGE') === true;
    const part = isPicture
      ? { inlineData: { mimeType: 'image/png', data: picture } }
      : { text: behavior.text(asked) };
    return {
      candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }],
      usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 10, totalTokenCount: 110 },
      modelVersion: 'gemini',
    };
  };
  const result = (asked: Asked, fate: Fate, batch: MockBatch): Record<string, unknown> => {
    if (fate === 'answered') return { response: answerOf(asked, batch) };
    const codes = { refused: 3, expired: 4, canceled: 1, missing: 4 };
    return { error: { code: codes[fate], message: fate === 'refused' ? 'not supported here' : fate } };
  };
  const output = (batch: MockBatch): Record<string, unknown> => {
    const fates = [...desk.settle(batch)].filter(([, fate]) => fate !== 'missing');
    if (inline.has(batch)) {
      const responses = fates.map(([asked, fate]) => {
        return { metadata: { key: asked.customId }, ...result(asked, fate, batch) };
      });
      return { inlinedResponses: { inlinedResponses: responses } };
    }
    const name = outputs.get(batch) ?? `files/batch-out-${batch.id.slice('batches/'.length)}`;
    if (!outputs.has(batch)) {
      const lines = fates.map(([asked, fate]) => {
        return JSON.stringify({ key: asked.customId, ...result(asked, fate, batch) });
      });
      outputs.set(batch, name);
      files.set(name, `${lines.join('\n')}\n`);
    }
    return { responsesFile: name };
  };
  const view = (batch: MockBatch): Record<string, unknown> => {
    const whole = behavior.failWhole(batch);
    const isOver = desk.isOver(batch);
    const fates = isOver && !whole ? [...desk.settle(batch).values()] : [];
    const isLate = fates.includes('expired') && !fates.includes('answered');
    const state = whole
      ? 'FAILED'
      : batch.canceled
        ? 'CANCELLED'
        : isOver
          ? isLate
            ? 'EXPIRED'
            : 'SUCCEEDED'
          : 'RUNNING';
    const metadata = {
      displayName: batch.metadata,
      state: `BATCH_STATE_${state}`,
      createTime: new Date(batch.createdAt).toISOString(),
    };
    const error = { code: whole?.code === 'token_limit_exceeded' ? 8 : 3, message: whole?.code };
    if (whole) return { name: batch.id, metadata, done: true, error };
    if (!isOver) return { name: batch.id, metadata };
    const response = output(batch);
    return { name: batch.id, metadata: { ...metadata, output: response }, done: true, response };
  };
  const create = (endpoint: string, body: Buffer): Reply => {
    const { batch: sent } = JSON.parse(body.toString());
    const { inputConfig, displayName } = sent;
    const isInline = inputConfig.fileName === undefined;
    const asked = isInline
      ? inputConfig.requests.requests.map((each: { request: Asked['body']; metadata: { key: string } }) => {
          return { customId: each.metadata.key, body: each.request };
        })
      : linesOf(files.get(inputConfig.fileName)).map((row) => {
          return { customId: String(row['key']), body: row['request'] };
        });
    const more = { endpoint, metadata: displayName, input: inputConfig.fileName };
    const batch = desk.open(`batches/${batches.length + 1}`, asked, more);
    if (isInline) inline.add(batch);
    return { json: view(batch) };
  };
  const none = { error: { code: 404, message: 'no such thing', status: 'NOT_FOUND' } };

  const vendor = await serve(desk, (method, url, request, body) => {
    const [path = '', query = ''] = url.split('?');
    if (path === `/upload${version}/files`) {
      const name = new URLSearchParams(query).get('upload_id');
      if (name !== null) {
        if (request.headers['x-goog-upload-command'] !== 'upload, finalize') throw new Error('upload');
        files.set(name, body.toString());
        return { json: { file: { name } }, headers: { 'x-goog-upload-status': 'final' } };
      }
      const { file } = JSON.parse(body.toString());
      if (!/^files\/[a-z0-9-]{1,40}$/.test(file.name)) throw new Error(`the name ${file.name}`);
      if (files.has(file.name))
        return { status: 409, json: { error: { code: 409, status: 'ALREADY_EXISTS' } } };
      const headers = {
        'x-goog-upload-url': `${address.url}${path}?upload_id=${encodeURIComponent(file.name)}`,
      };
      return { json: {}, headers };
    }
    const download = /^\/download\/v1beta\/(files\/[^:]+):download$/.exec(path)?.[1];
    if (download !== undefined) return { text: String(files.get(download)) };
    const file = /^\/v1beta\/(files\/.+)$/.exec(path)?.[1];
    if (file !== undefined) return files.delete(file) ? { json: {} } : { status: 403, json: none };
    const [, , resource = '', rest = ''] = path.split('/');
    const [name = '', verb = ''] = rest.split(':');
    if (resource === 'batches' && name === '') {
      return { json: { operations: batches.filter(({ removed }) => !removed).map(view) } };
    }
    if (resource === 'batches') {
      const batch = batches.find((each) => each.id === `batches/${name}` && !each.removed);
      if (batch === undefined) return { status: 404, json: none };
      if (verb === 'cancel') batch.canceled = true;
      else if (method === 'DELETE') batch.removed = true;
      else batch.polls += 1;
      return { json: verb === 'cancel' || method === 'DELETE' ? {} : view(batch) };
    }
    if (verb.startsWith('batchGenerate') || verb.startsWith('asyncBatch')) return create(verb, body);
    const asked = { customId: '', body: JSON.parse(body.toString()) };
    desk.chats.push(asked);
    return { json: answerOf(asked, { endpoint: '' } as MockBatch) };
  });
  address.url = vendor.url;
  return vendor;
}
