// Builds the page of the dashboard: one HTML text with its script and style, put into the module that exports it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

const root = fileURLToPath(new URL('../src/dashboard/', import.meta.url));
const file = /[\\/]src[\\/]dashboard[\\/]page\.ts$/;

/** The page as HTML. `__NONCE__` stands for the nonce of its content security policy. */
export async function buildPage(): Promise<string> {
  const options: BuildOptions = {
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2023',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryPoints: [`${root}page/main.tsx`, `${root}page/style.css`],
    outdir: 'out',
    legalComments: 'none',
  };
  const { outputFiles = [] } = await build(options);
  const textOf = (end: string): string => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
  const script = textOf('.js').replaceAll('</script', '<\\/script');
  return readFileSync(`${root}page/index.html`, 'utf8')
    .replace('/* style */', () => textOf('.css').trim())
    .replace('/* script */', () => script.trim());
}

async function moduleText(): Promise<string> {
  return `export const page = ${JSON.stringify(await buildPage())};`;
}

/** For the build by tsup, which uses esbuild. */
export const pageForBuild: NonNullable<BuildOptions['plugins']>[number] = {
  name: 'dashboard-page',
  setup({ onLoad }) {
    onLoad({ filter: file }, async () => ({ contents: await moduleText(), loader: 'js' }));
  },
};

/** For tests, by vitest. */
export const pageForTests = {
  name: 'dashboard-page',
  enforce: 'pre' as const,
  async load(id: string): Promise<string | undefined> {
    return file.test(id) ? await moduleText() : undefined;
  },
};
