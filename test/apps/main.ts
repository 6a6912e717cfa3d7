// Applications as a new user builds them: each with a package.json of its own, installed from the packed package into a
// temporary directory, on two vendors on loopback. `npm run apps`, or `npm run apps -- express langgraph`.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startVendor, type Vendor } from './vendor.ts';

/** What an application exports: it throws where something is not as it should be. */
export interface App {
  check(vendors: readonly [Vendor, Vendor]): Promise<void>;
}

const root = join(import.meta.dirname, '..', '..');
const temporary = mkdtempSync(join(tmpdir(), 'signalbox-apps-'));
const wanted = process.argv.slice(2);
const names = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && (wanted.length === 0 || wanted.includes(entry.name)))
  .map(({ name }) => name);

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr || stdout}`);
  return stdout;
}

const packed = JSON.parse(
  run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', temporary], root),
) as { filename: string }[];
const tarball = join(temporary, packed[0]?.filename ?? '');
let failed = 0;
for (const name of names) {
  const started = performance.now();
  const folder = join(temporary, name);
  cpSync(join(import.meta.dirname, name), folder, { recursive: true });
  const file = join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(
    file,
    JSON.stringify({ ...manifest, dependencies: { ...manifest.dependencies, signalbox: `file:${tarball}` } }),
  );
  const vendors = [await startVendor(), await startVendor()] as const;
  try {
    run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], folder);
    const installed = ((performance.now() - started) / 1000).toFixed(0);
    const app: App = await import(pathToFileURL(join(folder, 'app.js')).href);
    await app.check(vendors);
    console.log(`ok      ${name} (installed in ${installed} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    for (const vendor of vendors) vendor.stop();
  }
}
rmSync(temporary, { recursive: true, force: true });
console.log(`${names.length - failed} applications work, ${failed} do not`);
process.exit(failed === 0 && names.length > 0 ? 0 : 1);
