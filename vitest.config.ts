import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url));

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Needs the built package, and npm: run by `npm test` after the build.
    exclude: ['test/package/**', '**/node_modules/**'],
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'] },
    maxWorkers: 2,
    testTimeout: 20_000,
  },
  resolve: {
    alias: [
      { find: /^signalbox$/, replacement: source('index.ts') },
      { find: /^signalbox\/(catalog|testing)$/, replacement: source('$1/index.ts') },
      { find: /^signalbox\/(ai-sdk|openai-fetch|langchain)$/, replacement: source('adapters/$1/index.ts') },
      { find: /^signalbox\/(.+)$/, replacement: source('providers/$1/index.ts') },
    ],
  },
});
