import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI, { toFile } from 'openai';
import { createRouter, type Store } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { virtualKeys } from 'signalbox/keys';
import { memory } from 'signalbox/memory';
import { openai } from 'signalbox/openai';
import { type ToFetchOptions, toFetch, toNodeHandler } from 'signalbox/openai-fetch';
import { seededRandom, type VirtualClock, virtualClock } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drive } from '../../batch/drive.ts';
import { anthropicVendor } from '../../batch/vendors/anthropic.ts';
import { openaiVendor } from '../../batch/vendors/openai.ts';
import type { MockVendor } from '../../batch/vendors/vendor.ts';

const price = { input: 1, output: 10, serviceTiers: { batch: 0.5 } };
let open: MockVendor;
let claude: MockVendor;
let clock: VirtualClock;
let servers: Server[];
beforeEach(async () => {
  open = await openaiVendor();
  claude = await anthropicVendor();
  clock = virtualClock(Date.now());
  servers = [];
});
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await open.close();
  await claude.close();
});

function routerOn(store: Store) {
  const provider = openai({ baseURL: `${open.url}/v1`, apiKey: 'sk-a' });
  const claudes = anthropic({ baseURL: claude.url, apiKey: 'sk-b' });
  return createRouter({
    clock,
    random: seededRandom(7),
    store,
    targets: [
      { provider, model: 'gpt-5-mini', price, tiers: ['batch', 'standard'] },
      { provider, model: 'text-embedding-3-small', price, tiers: ['batch'] },
      { provider: claudes, model: 'claude-haiku-4-5', price, tiers: ['batch', 'standard'] },
    ],
    routes: { patient: { targets: ['openai/gpt-5-mini#batch'] } },
  });
}

/** A server on a real socket, and OpenAI's SDK as its client. */
async function serve(store: Store = memory(), options: ToFetchOptions = { token: 'secret' }) {
  const router = routerOn(store);
  const server = createServer(toNodeHandler(toFetch(router, options)));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const clientOf = (apiKey: string) =>
    new OpenAI({ apiKey, baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 });
  return { router, clientOf, client: clientOf('secret') };
}

const chat = (custom_id: string, content: string, model = 'gpt-5-mini') => ({
  custom_id,
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model, messages: [{ role: 'user', content }] },
});
const fileOf = (lines: readonly unknown[]) =>
  toFile(
    Buffer.from(lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')),
    'requests.jsonl',
  );

async function submit(
  client: OpenAI,
  lines: readonly unknown[],
  more: Partial<OpenAI.BatchCreateParams> = {},
): Promise<OpenAI.Batch> {
  const { id } = await client.files.create({ file: await fileOf(lines), purpose: 'batch' });
  const of = { endpoint: '/v1/chat/completions', completion_window: '24h' } as const;
  return client.batches.create({ input_file_id: id, ...of, ...more });
}

interface Line {
  readonly custom_id: string;
  readonly response: { readonly body: { readonly signalbox: { readonly target: string } } };
}

const over = ['completed', 'failed', 'expired', 'cancelled'];
const minute = () => new Promise<void>((resolve) => void clock.after(60_000, resolve));

/** Polls in virtual time until a batch is over. */
function finished(client: OpenAI, id: string): Promise<OpenAI.Batch> {
  const poll = async (): Promise<OpenAI.Batch> => {
    for (;;) {
      const batch = await client.batches.retrieve(id);
      if (over.includes(batch.status)) return batch;
      await minute();
    }
  };
  return drive(clock, poll());
}

const textOf = async (client: OpenAI, id: string) => (await client.files.content(id)).text();
const linesOf = async (client: OpenAI, id: string | undefined) =>
  (await textOf(client, id ?? ''))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

describe('batches of toFetch', { timeout: 60_000 }, () => {
  it('are created, polled and read with the SDK of OpenAI', async () => {
    open.behavior.fate = ({ body }) => (JSON.stringify(body).includes('bad') ? 'refused' : 'answered');
    const { client } = await serve();
    const lines = [chat('a', 'one', 'patient'), chat('b', 'bad', 'patient'), chat('c', 'three', 'patient')];
    const created = await submit(client, lines, { metadata: { job: 'nightly' } });
    expect(created).toMatchObject({
      object: 'batch',
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
      status: 'validating',
      metadata: { job: 'nightly' },
      output_file_id: null,
    });
    const batch = await finished(client, created.id);
    expect(batch).toMatchObject({
      status: 'completed',
      request_counts: { total: 3, completed: 2, failed: 1 },
      completed_at: expect.any(Number),
    });
    const output = await linesOf(client, batch.output_file_id);
    expect(output.map(({ custom_id }) => custom_id)).toEqual(['a', 'c']);
    expect(output[0]).toMatchObject({
      id: expect.stringMatching(/^batch_req_/),
      error: null,
      response: {
        status_code: 200,
        request_id: expect.any(String),
        body: {
          object: 'chat.completion',
          choices: [{ message: { content: expect.stringContaining('one') } }],
          signalbox: { target: 'openai/gpt-5-mini#batch' },
        },
      },
    });
    expect(await linesOf(client, batch.error_file_id)).toMatchObject([
      { custom_id: 'b', response: { status_code: 400, body: { error: { message: expect.any(String) } } } },
    ]);
    expect(await client.files.retrieve(batch.output_file_id ?? '')).toMatchObject({
      purpose: 'batch_output',
      bytes: Buffer.byteLength(await textOf(client, batch.output_file_id ?? '')),
    });
    expect(open.chats).toEqual([]);
  });

  it('go to the batches of any vendor, by the vendor’s name of a model', async () => {
    const { client } = await serve();
    const created = await submit(client, [chat('a', 'one', 'claude-haiku-4-5'), chat('b', 'two')]);
    const batch = await finished(client, created.id);
    const targets = (await linesOf(client, batch.output_file_id)).map(
      ({ response }) => response.body.signalbox.target,
    );
    expect(targets).toEqual(['anthropic/claude-haiku-4-5#batch', 'openai/gpt-5-mini#batch']);
  });

  it('take responses and embeddings', async () => {
    const { client } = await serve();
    const response = {
      custom_id: 'r',
      method: 'POST',
      url: '/v1/responses',
      body: { model: 'gpt-5-mini', input: 'hi', temperature: 0.5 },
    };
    const embedding = {
      custom_id: 'e',
      method: 'POST',
      url: '/v1/embeddings',
      body: { model: 'text-embedding-3-small', input: ['a'], encoding_format: 'base64' },
    };
    const first = await submit(client, [response], { endpoint: '/v1/responses' });
    const second = await submit(client, [embedding], { endpoint: '/v1/embeddings' });
    const [one] = await linesOf(client, (await finished(client, first.id)).output_file_id);
    const [two] = await linesOf(client, (await finished(client, second.id)).output_file_id);
    expect(one).toMatchObject({ response: { body: { object: 'response', temperature: 0.5 } } });
    expect(two).toMatchObject({ response: { body: { data: [{ embedding: expect.any(String) }] } } });
  });

  it('fail with each wrong line before anything is sent', async () => {
    const { client } = await serve();
    const other = {
      ...chat('e', 'x'),
      url: '/v1/embeddings',
      body: { model: 'text-embedding-3-small', input: 'x' },
    };
    const lines = [
      chat('a', 'x'),
      'nonsense',
      '',
      chat('a', 'y'),
      other,
      chat('f', 'x', 'gpt-9'),
      { ...chat('g', 'x'), body: {} },
    ];
    const { id } = await submit(client, lines);
    const batch = await finished(client, id);
    expect(batch.status).toBe('failed');
    expect(batch.errors?.data).toMatchObject([
      { line: 2, code: 'invalid_json_line' },
      { line: 4, code: 'duplicate_custom_id', param: 'custom_id' },
      { line: 5, code: 'invalid_url', param: 'url' },
      { line: 6, code: 'model_not_found', param: 'body.model' },
      { line: 7, param: 'body.model' },
    ]);
    expect([...open.calls, ...claude.calls]).toEqual([]);
  });

  it('are cancelled, with what was done by then', async () => {
    open.behavior.polls = Number.POSITIVE_INFINITY;
    open.behavior.late = ({ body }) => JSON.stringify(body).includes('two');
    const { client } = await serve();
    const { id } = await submit(client, [chat('a', 'one', 'patient'), chat('b', 'two', 'patient')]);
    await drive(clock, minute());
    expect((await client.batches.cancel(id)).status).toBe('cancelling');
    const batch = await finished(client, id);
    expect(batch).toMatchObject({ status: 'cancelled', request_counts: { completed: 1, failed: 1 } });
    expect(await linesOf(client, batch.error_file_id)).toMatchObject([
      { custom_id: 'a', response: null, error: { code: 'batch_cancelled' } },
    ]);
    await expect(client.batches.cancel(id)).rejects.toMatchObject({ status: 409 });
  });

  it('expire with what is not done by the end of their window', async () => {
    open.behavior.polls = Number.POSITIVE_INFINITY;
    const { client } = await serve();
    const { id } = await submit(client, [chat('a', 'one', 'patient')], {
      completion_window: '1h' as '24h',
    });
    const batch = await finished(client, id);
    expect(batch).toMatchObject({ status: 'expired', request_counts: { total: 1, completed: 0, failed: 1 } });
    expect(await linesOf(client, batch.error_file_id)).toMatchObject([
      { custom_id: 'a', response: null, error: { code: 'batch_expired' } },
    ]);
    expect(open.batches[0]?.canceled).toBe(true);
  });

  it('survive a restart of the server', async () => {
    open.behavior.polls = 3;
    const store = memory();
    const before = await serve(store);
    const { id } = await submit(before.client, [chat('a', 'one'), chat('b', 'two')]);
    await drive(clock, minute());
    await before.router.close();
    const { client } = await serve(store);
    const batch = await finished(client, id);
    expect(batch).toMatchObject({
      status: 'completed',
      request_counts: { total: 2, completed: 2, failed: 0 },
    });
    expect(await linesOf(client, batch.output_file_id)).toHaveLength(2);
    expect(open.batches).toHaveLength(1);
  });

  it('go on after a restart without a request for them', async () => {
    const store = { ...memory(), name: 'shared' };
    const before = await serve(store);
    await submit(before.client, [chat('a', 'one')]);
    await before.router.close();
    const { client } = await serve(store);
    await client.models.list();
    await drive(clock, minute());
    expect(open.batches).toHaveLength(1);
  });

  it('belong to their tenant', async () => {
    const store = memory();
    const keys = virtualKeys(store);
    const { token: one } = await keys.create({ tenant: 'one' });
    const { token: more } = await keys.create({ tenant: 'one' });
    const { token: two } = await keys.create({ tenant: 'two' });
    const { clientOf } = await serve(store, { token: keys.identify });
    const batch = await submit(clientOf(one), [chat('a', 'mine')]);
    const { output_file_id: output = '' } = await finished(clientOf(one), batch.id);
    expect((await clientOf(more).batches.retrieve(batch.id)).status).toBe('completed');
    const other = clientOf(two);
    for (const asked of [
      other.batches.retrieve(batch.id),
      other.batches.cancel(batch.id),
      other.files.retrieve(batch.input_file_id),
      other.files.content(output),
      other.files.delete(output),
    ])
      await expect(asked).rejects.toMatchObject({ status: 404 });
    await expect(
      other.batches.create({
        input_file_id: batch.input_file_id,
        endpoint: '/v1/chat/completions',
        completion_window: '24h',
      }),
    ).rejects.toMatchObject({ status: 400, param: 'input_file_id' });
    expect((await other.batches.list()).data).toEqual([]);
    expect((await other.files.list()).data).toEqual([]);
    expect((await clientOf(one).files.list()).data).toHaveLength(2);
  });

  it('belong to their token where tokens have no tenant', async () => {
    const { clientOf } = await serve(memory(), { token: ['one', 'two'] });
    const { id } = await clientOf('one').files.create({
      file: await fileOf([chat('a', 'x')]),
      purpose: 'batch',
    });
    await expect(clientOf('two').files.retrieve(id)).rejects.toMatchObject({ status: 404 });
    expect((await clientOf('one').files.retrieve(id)).id).toBe(id);
  });

  it('have the tenant, the tags and the models of their key', async () => {
    const store = memory();
    const keys = virtualKeys(store);
    const { token } = await keys.create({ tenant: 'acme', tags: ['night'], models: ['gpt-5-mini'] });
    const { router, clientOf } = await serve(store, { token: keys.identify });
    const seen: unknown[] = [];
    router.on('request-end', ({ tenant, tags }) => seen.push({ tenant, tags }));
    const client = clientOf(token);
    await finished(client, (await submit(client, [chat('a', 'x')])).id);
    expect(seen).toEqual([{ tenant: 'acme', tags: ['night'] }]);
    const refused = await finished(client, (await submit(client, [chat('a', 'x', 'claude-haiku-4-5')])).id);
    expect(refused).toMatchObject({ status: 'failed', errors: { data: [{ code: 'model_not_found' }] } });
  });

  it('are listed newest first, in pages', async () => {
    const { client } = await serve();
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) ids.unshift((await submit(client, [chat(name, 'x')])).id);
    const page = await client.batches.list({ limit: 2 });
    expect(page.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(page.has_more).toBe(true);
    const all: string[] = [];
    for await (const { id } of client.batches.list({ limit: 2 })) all.push(id);
    expect(all).toEqual(ids);
  });

  it('work for an SDK in this process', async () => {
    const router = routerOn(memory());
    const client = new OpenAI({ apiKey: 'none', baseURL: 'http://signalbox/v1', fetch: toFetch(router) });
    const batch = await finished(client, (await submit(client, [chat('a', 'one')])).id);
    expect(await linesOf(client, batch.output_file_id)).toHaveLength(1);
  });

  it.each<[string, Record<string, unknown>]>([
    ['completion_window', { completion_window: 'soon' }],
    ['endpoint', { endpoint: '/v1/moderations' }],
    ['input_file_id', { input_file_id: 'file-none' }],
    ['metadata', { metadata: { a: 'x'.repeat(513) } }],
    ['metadata', { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, key) => [key, 'x'])) }],
    ['output_expires_after', { output_expires_after: { anchor: 'created_at', seconds: 1 } }],
    ['body', { priority: 'high' }],
  ])('are refused for a wrong %s', async (param, more) => {
    const { client } = await serve();
    await expect(submit(client, [chat('a', 'x')], more)).rejects.toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      param: expect.stringContaining(param),
    });
  });

  it('are off with `batches: false`', async () => {
    const { client } = await serve(memory(), { token: 'secret', batches: false });
    await expect(client.files.list()).rejects.toMatchObject({ status: 404 });
  });
});

describe('files of toFetch', () => {
  const upload = async (client: OpenAI, text: string, more: object = {}) =>
    client.files.create({ file: await toFile(Buffer.from(text), 'a.jsonl'), purpose: 'batch', ...more });

  it('are kept byte for byte, listed and deleted', async () => {
    const { client } = await serve();
    const text = `\uFEFF{"a":"ü"}\r\n\n${'{"long":"'.concat('x'.repeat(600_000))}"}`;
    const file = await upload(client, text);
    expect(file).toMatchObject({
      object: 'file',
      bytes: Buffer.byteLength(text),
      filename: 'a.jsonl',
      purpose: 'batch',
      status: 'processed',
    });
    expect(
      Buffer.from(await (await client.files.content(file.id)).arrayBuffer()).equals(Buffer.from(text)),
    ).toBe(true);
    expect((await client.files.list({ purpose: 'batch' })).data).toMatchObject([{ id: file.id }]);
    expect((await client.files.list({ purpose: 'batch_output' })).data).toEqual([]);
    expect(await client.files.delete(file.id)).toEqual({ id: file.id, object: 'file', deleted: true });
    await expect(client.files.content(file.id)).rejects.toMatchObject({ status: 404 });
  });

  it('expire after the seconds that are given', async () => {
    const { client } = await serve();
    const { created_at, expires_at = 0 } = await upload(client, '{}', {
      expires_after: { anchor: 'created_at', seconds: 3_600 },
    });
    expect(expires_at - created_at).toBe(3_600);
  });

  it.each([
    ['purpose', { purpose: 'vision' }],
    ['expires_after.seconds', { expires_after: { anchor: 'created_at', seconds: 5 } }],
  ])('are refused for a wrong %s', async (param, more) => {
    const { client } = await serve();
    await expect(upload(client, '{}', more)).rejects.toMatchObject({ status: 400, param });
  });

  it('are refused if they are no text', async () => {
    const { client } = await serve();
    const file = await toFile(Buffer.from([0xff, 0xfe, 0x00]), 'a.jsonl');
    await expect(client.files.create({ file, purpose: 'batch' })).rejects.toMatchObject({
      status: 400,
      param: 'file',
    });
  });

  it('are limited in size, each and together', async () => {
    const { client } = await serve(memory(), {
      token: 'secret',
      batches: { maxFileBytes: 1_000, maxStoredBytes: 1_500 },
    });
    await expect(upload(client, 'x'.repeat(2_000))).rejects.toMatchObject({
      status: 413,
      message: expect.stringContaining('maxFileBytes'),
    });
    const first = await upload(client, 'x'.repeat(500));
    await upload(client, 'x'.repeat(500));
    await expect(upload(client, 'x'.repeat(600))).rejects.toMatchObject({
      status: 413,
      message: expect.stringContaining('maxStoredBytes'),
    });
    await client.files.delete(first.id);
    expect((await upload(client, 'x'.repeat(600))).bytes).toBe(600);
  });
});
