import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { transform } from 'esbuild';
import { type GetModuleInfo, type Plugin, rollup } from 'rollup';
import { entries } from './entries.ts';
import { page } from './page.ts';

const target = 'es2023';

/**
 * Bundles the sources, in place of tsup: esbuild makes one chunk for each set of entries and lazily loaded modules that share code,
 * 35 of them for `signalbox` alone. Bundlers keep such files apart, and each compresses worse alone.
 *
 * Code that `signalbox` loads at once becomes three chunks: `core`, `shared` for what other sub-paths load as well, and `exports` for
 * what `createRouter` does not need.
 */
export async function bundle(folder = 'dist'): Promise<void> {
  const sources = { ...entries, cli: 'src/cli/main.ts' };
  const files = Object.fromEntries(Object.entries(sources).map(([name, file]) => [name, resolve(file)]));
  const isEntry = new Set(Object.values(files));
  const reached = new Map<string, ReadonlySet<string>>();
  const loads = (from: string, id: string, infoOf: GetModuleInfo): boolean => {
    const found = reached.get(from) ?? reachable(from, infoOf);
    reached.set(from, found);
    return found.has(id);
  };
  // What imports all of `signalbox` says nothing about what is shared.
  const { index = '', testing: _, cli: __, ...others } = files;
  const router = resolve('src/router.ts');
  const build = await rollup({
    input: files,
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    // As package.json says of the package. Otherwise the chunks import each other for the order in which they run.
    treeshake: { moduleSideEffects: false },
    plugins: [page, withoutTypes],
  });
  for (const file of readdirSync(folder)) if (file.endsWith('.js')) rmSync(resolve(folder, file));
  await build.write({
    dir: folder,
    // No hashes, which every file that loads a chunk would carry.
    chunkFileNames: 'chunks/[name].js',
    hoistTransitiveImports: false,
    manualChunks(id, { getModuleInfo }) {
      if (isEntry.has(id) || !loads(index, id, getModuleInfo)) return undefined;
      if (!loads(router, id, getModuleInfo)) return 'exports';
      return Object.values(others).some((file) => loads(file, id, getModuleInfo)) ? 'shared' : 'core';
    },
  });
  await build.close();
  chmodSync(resolve(folder, 'cli.js'), 0o755);
}

const withoutTypes: Plugin = {
  name: 'types',
  async transform(code, id) {
    if (!id.endsWith('.ts')) return undefined;
    return { code: (await transform(code, { loader: 'ts', target })).code, map: null };
  },
};

/** The modules that load with one, through `import` statements. */
function reachable(id: string, infoOf: GetModuleInfo): ReadonlySet<string> {
  const found = new Set<string>();
  const follow = (from: string): void => {
    if (found.has(from)) return;
    found.add(from);
    for (const next of infoOf(from)?.importedIds ?? []) if (isAbsolute(next)) follow(next);
  };
  follow(id);
  return found;
}
