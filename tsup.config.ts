import { defineConfig, type Options } from 'tsup';
import { bundle } from './scripts/bundle.ts';
import { entries } from './scripts/entries.ts';

/** Makes the types; its code gives way to that of `bundle`. Shared code goes into chunks, so that each error class exists once. */
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
  onSuccess: () => bundle(),
};

export default defineConfig(options);
