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

it('the models of known vendors are completed in a target', () => {
  const found = completionsIn(`
    import { createRouter } from '../../src/index.ts';
    import { openai } from '../../src/providers/openai/index.ts';
    createRouter({ targets: [{ provider: openai(), model: '|' }] });
  `);
  for (const name of ['gpt-5-mini', 'claude-haiku-4-5', 'gemini-2.5-flash', 'llama-3.3-70b-versatile'])
    expect(found).toContain(name);
});

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

it('the lists of known models have several names of each vendor, and none twice', () => {
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
