import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

/** Type instantiations of a file that is compiled with the project's options. */
function instantiationsOf(source: string): number {
  const root = join(import.meta.dirname, '..', '..');
  const file = join(root, 'test', 'types', 'generated.ts');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.readFile = (path) => (path === file ? source : readFile(path));
  host.getSourceFile = (path, target) =>
    path === file ? ts.createSourceFile(path, source, target) : getSourceFile(path, target);
  const program = ts.createProgram([file], { ...options, types: [] }, host);
  const checked = program.getSourceFile(file);
  const errors = program.getSemanticDiagnostics(checked);
  if (errors.length > 0) throw new Error(ts.formatDiagnostics(errors, host as ts.FormatDiagnosticsHost));
  return program.getInstantiationCount();
}

const router = (targets: number, routes: number): string => `
  import { createRouter } from '../../src/index.ts';
  import { openai } from '../../src/providers/openai/index.ts';
  export const router = createRouter({
    targets: [${Array.from({ length: targets }, (_, n) => `{ provider: openai(), model: 'm${n}', id: 't${n}' }`)}],
    routes: {${Array.from({ length: routes }, (_, n) => `r${n}: { targets: ['t${n % targets}', 't${(n + 1) % targets}'] }`)}},
  });
  export const answer = router.chat({ prompt: 'Hi' }, { route: 'r0', only: ['t0'] });
`;

// The count depends on the compiler and the code, not on the machine. It was 4,842 when the limit was set, of which about 60 for each
// target make editors complete the models of its provider; that takes the compiler a few milliseconds.
it('createRouter with 50 targets and 20 routes needs at most 6,000 type instantiations', () => {
  expect(instantiationsOf(router(50, 20))).toBeLessThan(6_000);
});
