// The API report: exports of each sub-path with their types, in etc/, so that changes of public types show up
// in review. `npm run api` compares it with the built package; `npm run api -- --write` updates it.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { subPaths } from './sub-paths.ts';

const write = process.argv.includes('--write');
const temporary = mkdtempSync(join(tmpdir(), 'signalbox-api-'));
const changed: string[] = [];
const expected = new Set<string>();
/** Types in a public signature that their entry does not export. */
const hidden: (readonly [entry: string, symbol: string])[] = [];

for (const subPath of subPaths()) {
  const entry = subPath === 'signalbox' ? 'index' : subPath.replace('signalbox/', '');
  expected.add(`${entry}.api.md`);
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: process.cwd(),
      mainEntryPointFilePath: resolve('dist', `${entry}.d.ts`),
      newlineKind: 'lf',
      compiler: { tsconfigFilePath: resolve('tsconfig.json'), skipLibCheck: true },
      apiReport: {
        enabled: true,
        reportFolder: resolve('etc'),
        reportTempFolder: temporary,
        reportFileName: entry,
        includeForgottenExports: false,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      messages: {
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.None },
          'ae-forgotten-export': { logLevel: ExtractorLogLevel.Error },
        },
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: resolve('package.json'),
  });
  const { apiReportChanged } = Extractor.invoke(config, {
    localBuild: write,
    messageCallback(message) {
      message.handled = true;
      // API Extractor numbers names that collide with a global.
      const symbol = /^The symbol "([^"]+?)(?:_\d+)?"/.exec(message.text)?.[1];
      if (message.messageId === 'ae-forgotten-export' && symbol !== undefined) hidden.push([entry, symbol]);
    },
  });
  if (apiReportChanged) changed.push(entry);
}
rmSync(temporary, { recursive: true });

const stale = (existsSync('etc') ? readdirSync('etc') : []).filter(
  (file) => file.endsWith('.api.md') && !expected.has(file),
);
// Types shared by all sub-paths are exported once, by `signalbox` itself.
const index = readFileSync(join('etc', 'index.api.md'), 'utf8');
const exported = new Set([
  ...(index.match(/(?<=^export (?:declare )?(?:abstract )?(?:interface|type|class|function|const) )\w+/gm) ??
    []),
  ...(index.match(/(?<=^export \{ \w+ as )\w+/gm) ?? []),
]);
const nowhere = hidden.filter(([, symbol]) => !exported.has(symbol));
for (const [entry, symbol] of nowhere)
  console.log(`${entry}: a public signature uses ${symbol}, which is not exported`);
if (nowhere.length > 0) process.exitCode = 1;

if (write) {
  for (const file of stale) rmSync(join('etc', file));
  console.log(`etc/: ${expected.size} reports, ${changed.length} changed`);
} else if (changed.length > 0 || stale.length > 0) {
  console.log(
    `The public types differ from etc/: ${[...changed, ...stale].join(', ')}. Run \`npm run api -- --write\`.`,
  );
  process.exitCode = 1;
} else {
  console.log(`etc/: ${expected.size} reports are up to date`);
}
