import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import own from '../../package.json' with { type: 'json' };
import { run } from '../../src/cli/run.ts';

async function cli(...args: string[]) {
  let out = '';
  let err = '';
  const code = await run(args, { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

afterEach(() => vi.unstubAllEnvs());

describe('signalbox', () => {
  it.each([[], ['help'], ['--help'], ['-h']])('%s prints the commands', async (...args: string[]) => {
    const { code, out } = await cli(...args);
    expect(code).toBe(0);
    expect(out).toContain('Usage: signalbox <command>');
  });

  it.each(['--version', '-v', 'version'])('%s prints the version', async (arg) => {
    expect(await cli(arg)).toEqual({ code: 0, out: `${own.version}\n`, err: '' });
  });

  it('refuses an unknown command', async () => {
    const { code, err } = await cli('simulat');
    expect(code).toBe(2);
    expect(err).toContain('simulate, doctor');
  });
});

describe('signalbox doctor', () => {
  const root = (file: string) => JSON.stringify(pathToFileURL(join(process.cwd(), 'src', file)).href);
  const moduleWith = async (key: string): Promise<string> => {
    const file = join(await mkdtemp(join(tmpdir(), 'signalbox-doctor-')), 'router.mjs');
    const source = `import { createRouter } from ${root('index.ts')};
      import { openai } from ${root('providers/openai/index.ts')};
      export const router = createRouter({ targets: [{ provider: openai(${key}), model: 'm' }], log: false });`;
    await writeFile(file, source);
    return file;
  };

  it('reports a missing key and exits with 1', async () => {
    vi.stubEnv('OPENAI_API_KEY', '');
    const { code, out } = await cli('doctor', await moduleWith(''));
    expect(code).toBe(1);
    expect(out).toContain('PROBLEM  router: openai/m');
    expect(out).toContain('set OPENAI_API_KEY');
  });

  it('exits with 0 where nothing is missing', async () => {
    const { code, out } = await cli(
      'doctor',
      await moduleWith("{ apiKey: 'k', baseURL: 'http://127.0.0.1:9' }"),
    );
    expect(out).toContain('ok       router: openai/m');
    expect(code).toBe(0);
  });

  it('names the missing argument', async () => {
    expect((await cli('doctor')).code).toBe(2);
  });
});
