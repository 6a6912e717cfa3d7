import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { virtualKeys } from 'signalbox/keys';
import { redis } from 'signalbox/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/cli/keys/open-store.ts';
import { run } from '../../src/cli/run.ts';
import { ioredis } from '../stores/redis/clients.ts';
import { noRedis, type RedisServer, redisServer } from '../support/redis-server.ts';
import { rejection } from '../support/requests.ts';

const reason = noRedis();
// In CI everything has to be there.
const skipped = reason !== undefined && process.env['CI'] === undefined;
if (skipped) console.warn(`keys in Redis are skipped: ${reason}`);

async function command(...args: readonly string[]) {
  let [out, err] = ['', ''];
  const code = await run(['keys', ...args], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}

describe.skipIf(skipped)('signalbox keys with Redis', () => {
  let server: RedisServer;
  let folder: string;
  beforeAll(async () => {
    if (reason !== undefined) throw new Error(reason);
    server = await redisServer();
    folder = await mkdtemp(join(tmpdir(), 'signalbox-keys-redis-'));
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('creates a key by address that a server on the same Redis accepts', async () => {
    const { out } = await command('create', '--redis', server.url, '--tenant', 'acme', '--prefix', 'shop');
    const [token = ''] = out.split('\n');
    const opened = await ioredis(server.port);
    const store = redis(opened.client, { prefix: 'shop' });
    expect(await virtualKeys(store).identify(token)).toMatchObject({ tenant: 'acme' });
    expect(await virtualKeys(redis(opened.client)).identify(token)).toBeUndefined();
    expect((await command('list', '--redis', server.url, '--prefix', 'shop')).out).toContain('acme');
    await opened.close();
  });

  it.each(['redis', 'ioredis', 'iovalkey'])('uses the client of the project: %s', async (name) => {
    const project = join(folder, name);
    await mkdir(join(project, 'node_modules'), { recursive: true });
    await symlink(join(process.cwd(), 'node_modules', name), join(project, 'node_modules', name));
    const { store, close } = await openStore({ redis: server.url, prefix: name }, project);
    const { key } = await virtualKeys(store).create({ tenant: name });
    expect(await virtualKeys(store).list()).toEqual([key]);
    await close();
  });

  it.each([
    [
      'a client',
      "import { Redis } from '$ioredis'; export const client = new Redis('$url', { retryStrategy: () => null });",
    ],
    [
      'a store',
      "import { Redis } from '$ioredis'; import { redis } from '$store'; export default redis(new Redis('$url', { lazyConnect: true, retryStrategy: () => null }));",
    ],
  ])('takes %s that a module exports', async (what, source) => {
    const file = join(folder, `${what.replace(' ', '-')}.mjs`);
    const text = source
      .replace('$ioredis', pathToFileURL(join(process.cwd(), 'node_modules/ioredis/built/index.js')).href)
      .replace('$store', pathToFileURL(join(process.cwd(), 'src/stores/redis/index.ts')).href)
      .replaceAll('$url', server.url);
    await writeFile(file, text);
    const { code, err } = await command('create', '--module', file, '--tenant', what);
    expect([code, err]).toEqual([0, '']);
    expect((await command('list', '--redis', server.url)).out).toContain(what);
  });

  it('hides the password of an address that does not answer', async () => {
    const { code, err } = await command('list', '--redis', 'redis://user:secret@127.0.0.1:1');
    expect(code).toBe(2);
    expect(err).toContain('redis://127.0.0.1:1');
    expect(err).not.toContain('secret');
  });

  it('names the packages of which one is missing', async () => {
    expect(String(await rejection(openStore({ redis: server.url }, folder)))).toContain(
      'redis, ioredis and iovalkey',
    );
  });
});

describe('signalbox keys', () => {
  it.each([
    [['list', '--file', 'a.db', '--redis', 'redis://a'], 'one of --file, --redis and --module'],
    [['list', '--redis', 'localhost'], 'an address such as redis://'],
    [['list', '--file', 'a.db', '--prefix', 'x'], 'a store in Redis'],
    [['list', '--module', 'src/util/json.ts'], 'an export that is a store'],
  ])('explains what is wrong with %s', async (args, message) => {
    const { code, err } = await command(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
