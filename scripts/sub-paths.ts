// Bundle size and import time of each sub-path of the built package.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Maximum gzipped kilobytes of each sub-path: 2% above the last measurement. */
export const limits: Readonly<Record<string, number>> = {
  signalbox: 30.0,
  'signalbox/openai': 56.4,
  'signalbox/anthropic': 42.8,
  'signalbox/google': 45.3,
  'signalbox/openai-compatible': 51.7,
  'signalbox/ai-sdk': 35.5,
  'signalbox/langchain': 9.3,
  'signalbox/openai-fetch': 29.3,
  'signalbox/dashboard': 66.1,
  'signalbox/catalog': 9.5,
  'signalbox/sqlite': 6.6,
  'signalbox/ledger': 32,
  'signalbox/redis': 7.5,
  'signalbox/cache': 18.1,
  'signalbox/guardrails': 27.1,
  'signalbox/budgets': 10.6,
  'signalbox/otel': 7.0,
  'signalbox/prometheus': 4.8,
  'signalbox/data-policy': 2.6,
  'signalbox/shared-health': 2.8,
  'signalbox/keys': 4.1,
  'signalbox/log': 3.1,
  'signalbox/memory': 1.9,
  'signalbox/complexity': 3.6,
  'signalbox/testing': 9.6,
};

/** What applications import that use one export only, by sub-path. */
export const singles: Readonly<Record<string, { readonly names: string; readonly limit: number }>> = {
  signalbox: { names: '{ createRouter }', limit: 27.0 },
};

/** The import specifiers of the sub-paths, from the package's exports. */
export function subPaths(): readonly string[] {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
  return Object.keys(exports)
    .filter((path) => !path.endsWith('.json'))
    .map((path) => path.replace('.', 'signalbox'));
}

const runs = 9;

/** Median milliseconds of an import in a fresh process. */
export function importTime(name: string): number {
  const code = `const s = performance.now(); await import(${JSON.stringify(name)}); console.log(performance.now() - s)`;
  const times = Array.from({ length: runs }, () =>
    Number(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })),
  );
  return times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN;
}

/**
 * Gzipped kilobytes of a minified bundle; lazily loaded modules are excluded. esbuild puts what the entry and such modules share into
 * chunks of their own, which load at once; they are compressed together, because other bundlers make one file of them.
 *
 * @param names the exports that an application uses. Default: all
 */
export async function gzipSize(name: string, names = '*'): Promise<number> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: `export ${names} from ${JSON.stringify(name)}`, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['import'],
    splitting: true,
    outdir: 'out',
    external: peers(),
    // The built package, not the sources to which the paths of tsconfig.json lead.
    tsconfigRaw: {},
    logLevel: 'error',
  });
  const atOnce = new Set<string>();
  const follow = (file: string): void => {
    if (atOnce.has(file)) return;
    atOnce.add(file);
    for (const { path, kind, external } of metafile.outputs[file]?.imports ?? [])
      if (kind === 'import-statement' && external !== true) follow(path);
  };
  follow('out/stdin.js');
  const chunks = outputFiles
    .filter(({ path }) => atOnce.has(relative(process.cwd(), path).replaceAll('\\', '/')))
    .map(({ text }) => text);
  return gzipSync(chunks.join('')).length / 1024;
}

/** Packages that applications install themselves. */
function peers(): string[] {
  return Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).peerDependencies);
}
