import { defineConfig, type Options } from 'tsup';
import { entries } from './scripts/entries.ts';
import { mergeChunks } from './scripts/merge-chunks.ts';
import { pageForBuild } from './scripts/page.ts';
import { pricesForBuild } from './scripts/prices.ts';

/** Shared code goes into chunks, so that each error class exists once. */
export const options: Options = {
  entry: { ...entries, cli: 'src/cli/main.ts' },
  format: ['esm'],
  target: 'es2023',
  platform: 'neutral',
  splitting: true,
  clean: true,
  // The command is not imported by anyone.
  dts: { entry: entries },
  external: [/^node:/],
  esbuildPlugins: [pageForBuild, pricesForBuild],
  // Engines keep and scan a text with other characters at two bytes each.
  esbuildOptions(esbuild) {
    esbuild.charset = 'ascii';
  },
  onSuccess: () => mergeChunks(),
};

export default defineConfig(options);
