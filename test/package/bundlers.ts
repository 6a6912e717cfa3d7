import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import * as esbuild from 'esbuild';
import { rollup } from 'rollup';
import { build } from 'vite';
import webpack from 'webpack';

/** Bundles a file of a project. Gives what the bundler has to say of modules that it does not find; rejects where it fails. */
type Bundler = (folder: string, entry: string) => Promise<readonly string[]>;

export const bundlers: Readonly<Record<string, Bundler>> = {
  async esbuild(folder, entry) {
    const { warnings } = await esbuild.build({
      absWorkingDir: folder,
      entryPoints: [entry],
      bundle: true,
      minify: true, // which can make the name of a module out of an expression
      write: false,
      format: 'esm',
      platform: 'browser',
      external: ['node:*'],
      logLevel: 'silent',
    });
    return warnings.map(({ text }) => text);
  },

  webpack: (folder, entry) =>
    new Promise((resolve, reject) => {
      const options = {
        context: folder,
        entry,
        mode: 'production',
        optimization: { minimize: false }, // nine tenths of the time, and no module is looked for in it
        externalsPresets: { node: true }, // for `node:sqlite`
        output: { path: join(folder, 'dist') },
      } as const;
      webpack(options, (error, stats) => {
        const { errors = [], warnings = [] } = stats?.toJson() ?? {};
        if (error !== null) reject(error);
        else if (errors.length > 0) reject(new Error(errors.map(({ message }) => message).join()));
        else resolve(warnings.map(({ message }) => message).filter((message) => /not found/i.test(message)));
      });
    }),

  async vite(folder, entry) {
    const warnings: string[] = [];
    const tell = (message: string): void => {
      warnings.push(message);
    };
    await build({
      root: folder,
      logLevel: 'warn',
      configFile: false,
      customLogger: {
        info() {},
        warn: tell,
        warnOnce: tell,
        error: tell,
        clearScreen() {},
        hasErrorLogged: () => false,
        hasWarned: false,
      },
      build: { write: false, rolldownOptions: { input: join(folder, entry) } },
    });
    return warnings.filter((message) => /resolve/i.test(message));
  },

  async rollup(folder, entry) {
    const warnings: string[] = [];
    const built = await rollup({
      input: join(folder, entry),
      plugins: [nodeResolve({ browser: true }), commonjs(), json()],
      external: /^node:/,
      onwarn({ code, message }) {
        if (code === 'UNRESOLVED_IMPORT') warnings.push(message);
      },
    });
    await built.generate({ format: 'es' });
    return warnings;
  },
};

/** Writes a file that uses all of a sub-path. */
export async function writeEntry(folder: string, subPath: string): Promise<string> {
  const entry = './application.js';
  await writeFile(
    join(folder, entry),
    `import * as all from '${subPath}';\nconsole.log(Object.keys(all));\n`,
  );
  return entry;
}
