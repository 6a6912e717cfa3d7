// Bundle size and import time of each sub-path of the built package.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Maximum gzipped kilobytes of each sub-path: 2% above the last measurement. */
export const limits: Readonly<Record<string, number>> = {
  signalbox: 55.5,
  'signalbox/openai': 50.8,
  'signalbox/anthropic': 38.6,
  'signalbox/google': 39.1,
  'signalbox/openai-compatible': 45,
  'signalbox/ai-sdk': 32.2,
  'signalbox/langchain': 8.3,
  'signalbox/openai-fetch': 27.3,
  'signalbox/dashboard': 63.3,
  'signalbox/catalog': 8,
  'signalbox/sqlite': 5.8,
  'signalbox/ledger': 27.5,
  'signalbox/redis': 6.8,
  'signalbox/cache': 17,
  'signalbox/guardrails': 27.5,
  'signalbox/budgets': 9,
  'signalbox/otel': 6.3,
  'signalbox/prometheus': 4.3,
  'signalbox/data-policy': 2,
  'signalbox/shared-health': 2.5,
  'signalbox/keys': 4,
  'signalbox/log': 2.8,
  'signalbox/memory': 1.7,
  'signalbox/complexity': 3,
  'signalbox/testing': 4.8,
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

/** Gzipped kilobytes of a minified bundle; lazily loaded modules are excluded. */
export async function gzipSize(name: string): Promise<number> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: `export * from ${JSON.stringify(name)}`, resolveDir: process.cwd() },
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
  const sizes = outputFiles
    .filter(({ path }) => atOnce.has(relative(process.cwd(), path).replaceAll('\\', '/')))
    .map(({ contents }) => gzipSync(contents).length);
  return sizes.reduce((sum, size) => sum + size, 0) / 1024;
}

/** Packages that applications install themselves. */
function peers(): string[] {
  return Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).peerDependencies);
}
