import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { virtualKeys } from 'signalbox/keys';
import { sqlite } from 'signalbox/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-keys-'));
  file = join(folder, 'store.db');
});
afterEach(() => rm(folder, { recursive: true }));

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

describe('signalbox keys', () => {
  it('creates a key that a server on the same file accepts', async () => {
    const { out } = await command('create', '--file', file, '--tenant', 'acme', '--models', 'fast,slow');
    const [token = ''] = out.split('\n');
    const store = sqlite(file);
    expect(await virtualKeys(store).identify(token)).toMatchObject({
      tenant: 'acme',
      models: ['fast', 'slow'],
    });
    await store.close?.();
  });

  it('lists keys without their secrets', async () => {
    const { out } = await command('create', '--file', file, '--tenant', 'acme', '--role', 'admin', '--json');
    const { token, id } = JSON.parse(out);
    const listed = await command('list', '--file', file);
    expect(listed.out).toContain(`${id}  active  admin  acme  all models`);
    expect(listed.out).not.toContain(token.slice(-48));
    expect((await command('list', '--file', file, '--json')).out).not.toContain('digest');
  });

  it('disables, enables and deletes a key', async () => {
    const { id } = JSON.parse((await command('create', '--file', file, '--tenant', 'acme', '--json')).out);
    await command('disable', id, '--file', file);
    expect((await command('list', '--file', file)).out).toContain('disabled');
    await command('enable', id, '--file', file);
    expect((await command('list', '--file', file)).out).toContain('active');
    await command('delete', id, '--file', file);
    expect((await command('list', '--file', file)).out).toBe('no keys\n');
  });

  it.each([
    [['create'], '--file'],
    [['create', '--tenant', 'a', '--file', 'FILE', '--expires', 'soon'], '--expires'],
    [['create', '--file', 'FILE'], '--tenant'],
    [['create', '--tenant', 'a', '--file', 'FILE', '--usd-per-day', 'x'], '--usd-per-day'],
    [['create', '--tenant', 'a', '--file', 'FILE', '--role', 'root'], 'key.role'],
    [['disable', 'none', '--file', 'FILE'], 'the id of a key'],
    [['rotate', '--file', 'FILE'], 'create, list, enable, disable or delete'],
    [['list', '--what'], 'known flags'],
  ])('explains what is wrong with %s', async (args, message) => {
    const { code, err } = await command(...args.map((arg) => (arg === 'FILE' ? file : arg)));
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
