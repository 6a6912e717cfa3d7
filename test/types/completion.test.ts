import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** What an editor offers at the mark `|` of a source file. */
function completionsIn(marked: string): readonly string[] {
  const file = join(root, 'test', 'types', 'generated.ts');
  const at = marked.indexOf('|');
  const source = marked.replace('|', '');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
  const read = (path: string): string | undefined => (path === file ? source : ts.sys.readFile(path));
  const service = ts.createLanguageService({
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot(path) {
      const text = read(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getCompilationSettings: () => ({ ...options, types: [] }),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => path === file || ts.sys.fileExists(path),
    readFile: read,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  });
  return service.getCompletionsAtPosition(file, at, {})?.entries.map(({ name }) => name) ?? [];
}

const imports = `
  import { createRouter, type TargetOptions } from '../../src/index.ts';
  import { anthropic } from '../../src/providers/anthropic/index.ts';
  import { openai } from '../../src/providers/openai/index.ts';
  import { groq, openaiCompatible } from '../../src/providers/openai-compatible/index.ts';
`;
const own = { openai: 'gpt-5-mini', anthropic: 'claude-haiku-4-5', groq: 'llama-3.3-70b-versatile' };

it.each([
  ['openai', `createRouter({ targets: [{ provider: openai(), model: '|' }] })`],
  ['openai', `createRouter({ targets: [{ model: '|', provider: openai() }] })`],
  [
    'openai',
    `createRouter({ targets: [{ provider: openai(), model: '|' }, { provider: anthropic(), model: 'any' }] })`,
  ],
  [
    'anthropic',
    `createRouter({ targets: [{ provider: openai(), model: 'any' }, { provider: anthropic(), model: '|' }] })`,
  ],
  [
    'groq',
    `createRouter({ targets: [{ provider: groq(), model: '|', id: 'fast' }], routes: { quick: { targets: ['fast'] } } })`,
  ],
  ['anthropic', `createRouter({ providers: [openai()] }).addTarget({ provider: anthropic(), model: '|' })`],
] as const)('a target of %s completes only models of its vendor: %s', (vendor, code) => {
  const found = completionsIn(imports + code);
  for (const [name, model] of Object.entries(own))
    if (name === vendor) expect(found).toContain(model);
    else expect(found).not.toContain(model);
});

it('a target of a provider without known models completes none', () => {
  const code = `createRouter({ targets: [{ provider: openaiCompatible({ name: 'own', baseURL: 'https://x' }), model: '|' }] })`;
  for (const model of Object.values(own)) expect(completionsIn(imports + code)).not.toContain(model);
});

it('a list of targets outside createRouter completes the models of all known vendors', () => {
  const found = completionsIn(
    `${imports} const list: TargetOptions[] = [{ provider: openai(), model: '|' }];`,
  );
  expect(found).toEqual(expect.arrayContaining(Object.values(own)));
});

it.each([`{ model: '|' }`, `{ targets: ['|'] }`, `{ route: '|' }`])(
  'a call completes the known models of providers as %s',
  (options) => {
    const found = completionsIn(`${imports}
      const router = createRouter({ providers: [openai(), groq()] });
      router.chat({ prompt: 'Hi' }, ${options});
    `);
    expect(found).toContain('openai/gpt-5-mini');
    expect(found).toContain('groq/llama-3.3-70b-versatile');
    expect(found).not.toContain('anthropic/claude-haiku-4-5');
  },
);

it('options of a call are completed with the names of the router', () => {
  const found = completionsIn(`
    import { createRouter } from '../../src/index.ts';
    import { openai } from '../../src/providers/openai/index.ts';
    const router = createRouter({
      targets: [{ provider: openai(), model: 'gpt-5-mini', id: 'mini' }],
      routes: { careful: {} },
    });
    router.chat({ prompt: 'Hi' }, { route: '|' });
  `);
  expect(found.toSorted()).toEqual(['careful', 'default', 'mini']);
});

it('the lists of known models have several names per vendor, without duplicates', () => {
  const text = readFileSync(join(root, 'src', 'types', 'options', 'known-models.ts'), 'utf8');
  const vendors = [...text.matchAll(/readonly (\w+):([^;]+);/g)];
  expect(vendors.map(([, vendor]) => vendor)).toEqual(
    expect.arrayContaining(['openai', 'anthropic', 'google', 'groq', 'mistral', 'deepseek', 'xai']),
  );
  for (const [, , list = ''] of vendors) {
    const names = list.match(/'[^']+'/g) ?? [];
    expect(names.length).toBeGreaterThan(1);
    expect(new Set(names).size).toBe(names.length);
  }
});
