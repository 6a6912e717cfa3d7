import { defineConfig, type Options } from 'tsup';

/** One entry per sub-path of the package. */
const subPaths = {
  index: 'src/index.ts',
  openai: 'src/providers/openai/index.ts',
  anthropic: 'src/providers/anthropic/index.ts',
  google: 'src/providers/google/index.ts',
  'openai-compatible': 'src/providers/openai-compatible/index.ts',
  'ai-sdk': 'src/adapters/ai-sdk/index.ts',
  langchain: 'src/adapters/langchain/index.ts',
  'openai-fetch': 'src/adapters/openai-fetch/index.ts',
  catalog: 'src/catalog/index.ts',
  testing: 'src/testing/index.ts',
};

/** Shared code goes into chunks, so that each error class exists once. */
export const options: Options = {
  entry: { ...subPaths, cli: 'src/cli/main.ts' },
  format: ['esm'],
  target: 'es2023',
  platform: 'neutral',
  splitting: true,
  clean: true,
  // The command is not imported by anyone.
  dts: { entry: subPaths },
  external: [/^node:/],
};

export default defineConfig(options);
