import { defineConfig } from 'vitest/config';

/** Tests of the package as it is published. They need the build, and npm. */
export default defineConfig({
  test: { include: ['test/{package,runtimes}/**/*.test.ts'], testTimeout: 180_000, hookTimeout: 180_000 },
});
