import { defineConfig } from 'tsup';

/** One entry per sub-path of the package; shared code goes into chunks, so errors and guards exist once. */
export default defineConfig({
  entry: {
    index: 'src/index.ts',
    openai: 'src/providers/openai/index.ts',
    anthropic: 'src/providers/anthropic/index.ts',
    google: 'src/providers/google/index.ts',
    'openai-compatible': 'src/providers/openai-compatible/index.ts',
    testing: 'src/testing/index.ts',
  },
  format: ['esm'],
  target: 'es2022',
  platform: 'neutral',
  splitting: true,
  treeshake: true,
  clean: true,
  dts: true,
  sourcemap: false,
  external: ['openai', '@anthropic-ai/sdk', '@google/genai', '@google/generative-ai'],
});
