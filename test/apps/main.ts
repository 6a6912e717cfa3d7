// Applications as a new user builds them: each with a package.json of its own, installed from the packed package into a
// temporary directory, on two vendors on loopback. `npm run apps`, or `npm run apps -- express langgraph`.
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { closeBrowser } from './browser.ts';
import { type App, prove } from './proofs.ts';
import { startVendor } from './vendor.ts';

const root = join(import.meta.dirname, '..', '..');
const temporary = await mkdtemp(join(tmpdir(), 'signalbox-apps-'));
const wanted = process.argv.slice(2);
const names = (await readdir(import.meta.dirname, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory() && (wanted.length === 0 || wanted.includes(entry.name)))
  .map(({ name }) => name);

// As on a machine that has no key, and no telemetry of frameworks.
for (const name of Object.keys(process.env)) if (/_API_KEY$/.test(name)) delete process.env[name];
for (const name of ['NEXT_TELEMETRY_DISABLED', 'COPILOTKIT_TELEMETRY_DISABLED', 'DO_NOT_TRACK'])
  process.env[name] = '1';

async function npm(args: readonly string[], cwd: string): Promise<string> {
  const child = spawn('npm', args, { cwd, shell: process.platform === 'win32' });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`npm ${args.join(' ')}: ${errors || output}`);
  return output;
}

const [packed] = JSON.parse(
  await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', temporary], root),
) as { filename: string }[];

/** Resolves to the time it took, in seconds. */
async function install(name: string): Promise<number> {
  const started = performance.now();
  const folder = join(temporary, name);
  await cp(join(import.meta.dirname, name), folder, { recursive: true });
  const file = join(folder, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8'));
  const signalbox = `file:${join(temporary, packed?.filename ?? '')}`;
  manifest.dependencies = { ...manifest.dependencies, signalbox };
  await writeFile(file, JSON.stringify(manifest, undefined, 2));
  await npm(['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], folder);
  return (performance.now() - started) / 1000;
}

/** Throws with what the application printed. Frameworks print the errors that the proofs cause. */
async function tryOut(name: string): Promise<void> {
  const printed: string[] = [];
  const { dir, error, log, warn } = console;
  const keep = (...args: unknown[]): void => void printed.push(inspect(args, { depth: 1 }));
  Object.assign(console, { dir: keep, error: keep, log: keep, warn: keep });
  try {
    await run(name);
  } catch (cause) {
    throw new Error(`${name} does not work; it printed:\n${printed.join('\n')}`, { cause });
  } finally {
    Object.assign(console, { dir, error, log, warn });
  }
}

async function run(name: string): Promise<void> {
  const vendors = [await startVendor(), await startVendor()] as const;
  const app: App = await import(pathToFileURL(join(temporary, name, 'app.js')).href);
  const running = await app.start(vendors);
  try {
    await prove(running, vendors);
  } finally {
    await running.stop?.();
    for (const vendor of vendors) vendor.stop();
  }
}

// One after the other, while applications that are installed are tried out.
let lane: Promise<unknown> = Promise.resolve();
const installs = names.map((name) => {
  const installed = lane.then(() => install(name));
  lane = installed.catch(() => {}); // reported below
  return { name, installed };
});

let failed = 0;
for (const { name, installed } of installs) {
  try {
    const seconds = await installed;
    const started = performance.now();
    await tryOut(name);
    const tried = (performance.now() - started) / 1000;
    console.log(`ok      ${name} (installed in ${seconds.toFixed(0)} s, tried in ${tried.toFixed(0)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}:`, error);
  }
}
await closeBrowser();
await rm(temporary, { recursive: true, force: true });
console.log(`${names.length - failed} applications work, ${failed} do not`);
process.exit(failed === 0 && names.length > 0 ? 0 : 1);
