// How long each sub-path takes to import, and how large it is in a bundle. With `--write`, into the README.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const subPaths = [
  '.',
  './openai',
  './anthropic',
  './google',
  './openai-compatible',
  './langchain',
  './openai-fetch',
  './catalog',
  './testing',
];
const runs = 9;

/** Median milliseconds of an import in a fresh process. */
function importTime(name: string): number {
  const code = `const s = performance.now(); await import(${JSON.stringify(name)}); console.log(performance.now() - s)`;
  const times = Array.from({ length: runs }, () =>
    Number(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })),
  );
  return times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? 0;
}

/** Kilobytes of a minified bundle with all that is loaded at once, gzipped; SDKs and what is loaded later are not in it. */
async function gzipSize(name: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from ${JSON.stringify(name)}`, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['import'],
    splitting: true,
    outdir: 'out',
    external: [
      'openai',
      '@anthropic-ai/sdk',
      '@google/genai',
      '@google/generative-ai',
      '@langchain/core',
      '@pydantic/genai-prices',
      '@cfworker/json-schema',
    ],
  });
  return outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0) / 1024;
}

const rows: string[] = ['| import | gzip KB | import ms |', '|---|---:|---:|'];
for (const path of subPaths) {
  const name = path.replace('.', 'signalbox');
  rows.push(`| \`${name}\` | ${(await gzipSize(name)).toFixed(1)} | ${importTime(name).toFixed(0)} |`);
}
const table = rows.join('\n');
console.log(table);

if (process.argv.includes('--write')) {
  const readme = readFileSync('README.md', 'utf8');
  const marked = /(<!-- sizes -->\n)[\s\S]*?(\n<!-- \/sizes -->)/;
  if (!marked.test(readme)) throw new Error('README.md has no place for the sizes');
  writeFileSync('README.md', readme.replace(marked, `$1${table}$2`));
}
