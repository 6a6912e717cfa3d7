import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const subPaths = ['', '/openai', '/anthropic', '/google', '/openai-compatible', '/catalog', '/testing'];

/** The package, packed and installed into an empty project outside of this one, and nothing else. */
let project: string;
let files: string[];

// Of what runs these tests, only the search path for this project's own Node is kept.
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}`, NODE_OPTIONS: '' };

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'signalbox-consumer-'));
  const packed = await run('npm', ['pack', '--json', '--pack-destination', project], { cwd: root, env });
  const report: unknown = JSON.parse(packed.stdout);
  // npm returns a list or an object, depending on its version.
  const [entry] = Array.isArray(report) ? report : Object.values(report as object);
  files = entry.files.map(({ path }: { path: string }) => path);
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
  );
  await run(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', join(project, entry.filename)],
    {
      cwd: project,
      env,
    },
  );
});
afterAll(() => rm(project, { recursive: true, force: true }));

async function node(code: string): Promise<string> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: project, env });
  return stdout.trim();
}

describe('the package', () => {
  it('holds the build, its types and a few papers, and nothing else', () => {
    const allowed =
      /^(dist\/(chunks\/)?[\w-]+(\.d)?\.(js|ts)|docs\/[\w/-]+\.(md|svg|json)|examples\/[\w-]+\.ts|package\.json|README\.md|LICENSE|CHANGELOG\.md|llms\.txt)$/;
    expect(files.filter((file) => !allowed.test(file))).toEqual([]);
    expect(files).toContain('LICENSE');
    expect(files).toContain('README.md');
    expect(files).toContain('llms.txt');
    expect(files).toContain('docs/guide/streaming.md');
  });

  it.each([
    ['require', "console.log(typeof require('signalbox').createRouter)"],
    ['import()', "import('signalbox').then(({ createRouter }) => console.log(typeof createRouter))"],
  ])('can be loaded by CommonJS with %s', async (_, code) => {
    const { stdout } = await run(process.execPath, ['--input-type=commonjs', '-e', code], {
      cwd: project,
      env,
    });
    expect(stdout.trim()).toBe('function');
  });

  it.each([['--version'], ['help'], ['']])('has a command that succeeds with ‘%s’', async (argument) => {
    const args = ['--no-install', 'signalbox', ...(argument === '' ? [] : [argument])];
    const { stdout } = await run('npx', args, { cwd: project, env });
    expect(stdout).toMatch(argument === '--version' ? /^\d+\.\d+\.\d+/ : /^Usage: signalbox/);
  });

  it('has no install scripts', async () => {
    const { scripts } = JSON.parse(
      await readFile(join(project, 'node_modules/signalbox/package.json'), 'utf8'),
    );
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([]);
  });

  it.each(subPaths)('can be imported as signalbox%s without any SDK installed', async (path) => {
    expect(
      Number(await node(`console.log(Object.keys(await import('signalbox${path}')).length)`)),
    ).toBeGreaterThan(0);
  });

  it.each([
    ['signalbox', ['signalbox']],
    ['signalbox/ai-sdk', ['signalbox']],
    ['signalbox/catalog', ['signalbox']],
  ])('loads no SDK, no zod and no prices when %s is imported', async (path, packages) => {
    const loaded = await node(`
      import { registerHooks } from 'node:module';
      const urls = [];
      registerHooks({ load(url, context, next) { urls.push(url); return next(url, context); } });
      await import('${path}');
      console.log(JSON.stringify(urls.filter((url) => url.includes('node_modules'))));
    `);
    const names = (JSON.parse(loaded) as string[]).map(
      (url) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1],
    );
    expect([...new Set(names)].toSorted()).toEqual(packages);
  });

  it('answers a request, and gives one error class to all sub-paths', async () => {
    const output = await node(`
      import { createRouter, isRouterError, ProviderError } from 'signalbox';
      import { scriptedProvider } from 'signalbox/testing';
      import { openai } from 'signalbox/openai';
      const provider = scriptedProvider('a', [{ error: { kind: 'bad-request' } }, { text: 'hello' }]);
      const router = createRouter({ targets: [{ provider, model: 'm', price: { input: 1, output: 1 } }] });
      const error = await router.chat({ prompt: 'x' }).catch((e) => e);
      const { text } = await router.chat({ prompt: 'x' });
      let config; try { openai({ apiKey: 'x', baseURL: 7 }); } catch (e) { config = e; }
      console.log(error instanceof ProviderError, isRouterError(config, 'config'), text);
    `);
    expect(output).toBe('true true hello');
  });

  it.each(['browser', 'neutral'] as const)(
    'is bundled for another runtime (%s) without a module of Node',
    async (platform) => {
      const { metafile } = await build({
        stdin: {
          contents: ['', '/openai-compatible', '/testing']
            .map((path) => `export * from 'signalbox${path}';`)
            .join(''),
          resolveDir: project,
        },
        bundle: true,
        write: false,
        metafile: true,
        format: 'esm',
        platform,
        mainFields: ['module', 'main'],
        external: ['node:*'],
        logLevel: 'silent',
      });
      const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
      expect(imports.filter(({ external }) => external === true)).toEqual([]);
    },
  );

  it('names the package that is missing when an SDK is not installed', async () => {
    const output = await node(`
      import { createRouter } from 'signalbox';
      import { openai } from 'signalbox/openai';
      const router = createRouter({ targets: [{ provider: openai({ apiKey: 'k' }), model: 'm', price: { input: 1, output: 1 } }] });
      await router.chat({ prompt: 'x' }).catch((error) => console.log(error.code, error.message));
    `);
    expect(output).toMatch(/^config openai: expected the package "openai" to be installed/);
  });

  it('has the command, which needs no SDK either', async () => {
    const targets = [
      { id: 'expensive/m', price: { input: 3, output: 15 }, firstToken: 300 },
      { id: 'cheap/m', price: { input: 0.2, output: 0.8 }, firstToken: { p50: 400, p95: 800, p99: 1_500 } },
    ];
    await writeFile(join(project, 'scenario.json'), JSON.stringify({ duration: '5m', rate: 1, targets }));
    const simulate = ['--no-install', 'signalbox', 'simulate', '--scenario', 'scenario.json'];
    const { stdout } = await run('npx', [...simulate, '--strategy', 'lowestCost', '--json'], {
      cwd: project,
      env,
    });
    expect(JSON.parse(stdout).strategies[0].shares['cheap/m']).toBeGreaterThan(0.9);
    const failed = await run('npx', [...simulate, '--strategy', 'best'], { cwd: project, env }).catch(
      (failure: { code: number; stderr: string }) => failure,
    );
    expect(failed).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--strategy best: expected one of'),
    });
  });

  it.each(['bundler', 'nodenext'])(
    'compiles in a strict TypeScript project, moduleResolution %s',
    async (resolution) => {
      await writeFile(
        join(project, 'consumer.ts'),
        `
      import { createRouter, isRouterError, weighted, type ChatResult, type Strategy } from 'signalbox';
      import { anthropic } from 'signalbox/anthropic';
      import { google } from 'signalbox/google';
      import { openai } from 'signalbox/openai';
      import { groq, openaiCompatible } from 'signalbox/openai-compatible';
      import { loadCatalog, models, type CatalogModel } from 'signalbox/catalog';
      import { scriptedProvider, virtualClock } from 'signalbox/testing';
      const router = createRouter({
        targets: [
          { provider: openai(), model: 'gpt-5-mini' },
          { provider: anthropic(), model: 'claude-haiku-4-5', id: 'haiku' },
          { provider: google({ sdk: 'generative-ai' }), model: 'gemini-2.5-flash' },
          { provider: groq(), model: 'llama-3.3-70b-versatile', id: 'llama' },
          { provider: openaiCompatible({ name: 'house', baseURL: 'https://example.com/v1' }), model: 'm' },
          { provider: scriptedProvider('s'), model: 'm' },
        ],
        routes: { fast: { targets: ['llama', 'openai/gpt-5-mini', 'house/m'], strategy: weighted({ llama: 2 }) } },
        clock: virtualClock(),
      });
      // @ts-expect-error no such route
      void router.chat({ prompt: '' }, { route: 'fsat' });
      export const answer: Promise<ChatResult> = router.chat({ prompt: '' }, { route: 'fast' });
      export const found: Promise<readonly CatalogModel[]> = models({ supports: ['tools'], maxPrice: { output: 1 } });
      export const priced = async () => createRouter({ targets: [{ provider: groq(), model: 'm' }], catalog: await loadCatalog() });
      export const strategy: Strategy = { name: 'x', rank: (candidates) => candidates };
      export const when = (error: unknown): number | undefined => (isRouterError(error, 'no-target') ? error.retryAt : undefined);
      `,
      );
      expect(await compiled(resolution)).toBe('');
    },
  );

  it.each(['bundler', 'nodenext'])(
    'types what a plugin adds where its sub-path is imported, and only there, moduleResolution %s',
    async (resolution) => {
      const asks = `
      import { createRouter } from 'signalbox';
      import { scriptedProvider } from 'signalbox/testing';
      const router = createRouter({ targets: [{ provider: scriptedProvider('s'), model: 'm' }] });
      `;
      const consumer = join(project, 'consumer.ts');
      await writeFile(
        consumer,
        `${asks}
      import { cache, type PromptCacheStats } from 'signalbox/cache';
      export const answers = cache({ ttl: 1_000, promptCache: 'auto' });
      export const one = router.chat({ prompt: '' }, { cache: false });
      export const other = router.chat({ prompt: '' }, { cache: { ttl: 1, scope: 'user', refresh: true, maxAge: 1 } });
      export const open = router.with({ cache: { scope: 'public' } });
      export const report: Readonly<Record<string, PromptCacheStats>> | undefined = router.stats()[0]?.promptCache;
      // @ts-expect-error no such scope
      void router.chat({ prompt: '' }, { cache: { scope: 'all' } });
      `,
      );
      expect(await compiled(resolution)).toBe('');
      await writeFile(
        consumer,
        `${asks}
      // @ts-expect-error only with signalbox/cache
      void router.chat({ prompt: '' }, { cache: false });
      // @ts-expect-error only with signalbox/cache
      void router.stats()[0]?.promptCache;
      `,
      );
      expect(await compiled(resolution)).toBe('');
    },
  );
});

/** Compiles `consumer.ts` of the project; resolves with the compiler's messages. */
async function compiled(resolution: string): Promise<string> {
  const options = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    target: 'ES2023',
    lib: ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
    types: [],
    module: resolution === 'bundler' ? 'ESNext' : 'NodeNext',
    moduleResolution: resolution,
    noEmit: true,
  };
  await writeFile(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }),
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', project], { cwd: project, env }).catch(
    (failure: { stdout: string }) => failure,
  );
  return stdout;
}
