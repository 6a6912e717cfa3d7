// The reference pages, docs/reference/*.md, from the doc comments of each sub-path's exports. `npm run
// reference` compares them with the code; `npm run reference -- --write` updates them.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Application, LogLevel } from 'typedoc';
import { entries } from './entries.ts';

const write = process.argv.includes('--write');
const folder = join('docs', 'reference');
const out = write ? folder : mkdtempSync(join(tmpdir(), 'signalbox-reference-'));

const markdown = {
  router: 'module',
  entryFileName: 'README.md',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  propertyMembersFormat: 'table',
  tableColumnSettings: { hideModifiers: true, hideInherited: true, hideOverrides: true, hideSources: true },
};

const app = await Application.bootstrapWithPlugins({
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: Object.values(entries),
  tsconfig: 'tsconfig.json',
  out,
  name: 'Reference',
  readme: 'none',
  disableSources: true,
  hideGenerator: true,
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  sort: ['source-order'],
  skipErrorChecking: true,
  logLevel: LogLevel.Error,
  ...markdown,
});
const project = await app.convert();
if (project === undefined) throw new Error('typedoc could not read the sources');
await app.generateOutputs(project);

if (!write) {
  const pagesIn = (path: string): readonly string[] =>
    readdirSync(path, { encoding: 'utf8', recursive: true }).filter((page) => page.endsWith('.md'));
  const pages = new Set([...pagesIn(out), ...(existsSync(folder) ? pagesIn(folder) : [])]);
  const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  const stale = [...pages].filter((page) => read(join(out, page)) !== read(join(folder, page)));
  rmSync(out, { recursive: true });
  if (stale.length > 0) {
    console.log(`${folder} is out of date: ${stale.join(', ')}. Run \`npm run reference -- --write\`.`);
    process.exitCode = 1;
  } else console.log(`${folder} is up to date`);
}
