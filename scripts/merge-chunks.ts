import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { type GetModuleInfo, rollup } from 'rollup';
import { entries } from './entries.ts';

const providers = ['openai', 'anthropic', 'google', 'openai-compatible'];
/** In bytes. */
const smallChunk = 3_000;

/**
 * Merges the chunks of a build. esbuild makes one chunk for each set of entries and lazily loaded modules that share code, 35 of
 * them for `signalbox` alone. Bundlers keep such files apart, and each compresses worse alone.
 *
 * Code that `signalbox` loads at once becomes two chunks: `core`, and `shared` for what other sub-paths load as well. Small chunks of
 * providers that need no large ones become one, `util`: each file takes 0.3 ms to load, more than a few kilobytes of code.
 */
export async function mergeChunks(folder = 'dist'): Promise<void> {
  const files = Object.fromEntries(
    [...Object.keys(entries), 'cli'].map((name) => [name, resolve(folder, `${name}.js`)]),
  );
  const isEntry = new Set(Object.values(files));
  const before = readdirSync(folder).filter((file) => file.endsWith('.js'));
  const reached = new Map<string, ReadonlySet<string>>();
  const loads = (name: string, id: string, infoOf: GetModuleInfo): boolean => {
    const found = reached.get(name) ?? reachable(files[name] ?? '', infoOf);
    reached.set(name, found);
    return found.has(id);
  };
  // What imports all of `signalbox` says nothing about what is shared.
  const others = Object.keys(entries).filter((name) => name !== 'index' && name !== 'testing');
  const build = await rollup({
    input: files,
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    // As package.json says of the package. Otherwise the chunks import each other for the order in which they run.
    treeshake: { moduleSideEffects: false },
  });
  for (const file of before) rmSync(resolve(folder, file));
  await build.write({
    dir: folder,
    // Without esbuild's hashes: packages need none, and each is carried by what loads its file.
    chunkFileNames: ({ name }) => `chunks/${name.replace(/-[A-Z0-9]{8}$/, '')}.js`,
    hoistTransitiveImports: false,
    manualChunks(id, { getModuleInfo }) {
      const isLoadedBy = (name: string): boolean => loads(name, id, getModuleInfo);
      if (isEntry.has(id)) return undefined;
      if (isLoadedBy('index')) return others.some(isLoadedBy) ? 'shared' : 'core';
      const isSmall = (each: string): boolean => (getModuleInfo(each)?.code?.length ?? 0) < smallChunk;
      const needed = [...reachable(id, getModuleInfo)].filter((each) => !loads('index', each, getModuleInfo));
      return providers.filter(isLoadedBy).length > 1 && !isLoadedBy('catalog') && needed.every(isSmall)
        ? 'util'
        : undefined;
    },
  });
  await build.close();
  chmodSync(resolve(folder, 'cli.js'), 0o755);
}

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
