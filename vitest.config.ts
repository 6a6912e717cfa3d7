import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { entries } from './scripts/entries.ts';
import { pageForTests } from './scripts/page.ts';

export default defineConfig({
  plugins: [pageForTests],
  test: {
    include: ['test/**/*.test.ts'],
    // Needs the built package, and npm: run by `npm test` after the build.
    exclude: ['test/{package,runtimes}/**', '**/node_modules/**'],
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'] },
    maxWorkers: 2,
    // Targets go out of service in many tests.
    onConsoleLog: (text) => !/^signalbox: .* is out of service/.test(text),
    // Only ends a test that hangs: on a busy machine a test may take many times as long as usual.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
  resolve: {
    alias: Object.entries(entries).map(([name, file]) => ({
      find: new RegExp(`^signalbox${name === 'index' ? '' : `/${name}`}$`),
      replacement: fileURLToPath(new URL(file, import.meta.url)),
    })),
  },
});
