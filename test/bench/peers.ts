// What signalbox is compared with is no dependency of the project: it is in peers/, with a lockfile of its own, and is installed by
// the bench when it is missing. Nothing else in the project needs it, or looks into that folder.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load, locate } from './peers/load.ts';

const folder = fileURLToPath(new URL('peers/', import.meta.url));
const project = fileURLToPath(new URL('../../', import.meta.url));

/** Loads a peer. `T` is what the bench uses of it: to the compiler it is not there. */
export async function peer<T>(name: string): Promise<T> {
  // What Node says instead has paths of this machine in it, and might end up in the documentation.
  if (versionOf(packageOf(name), 'peers') === undefined) throw new Error(`${name} is not installed`);
  return (await load(name)) as T;
}

/** `@scope/name/sub-path` without its sub-path. */
function packageOf(name: string): string {
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
}

/** The path of the file that a peer's name stands for. */
export function peerFile(name: string): string {
  return fileURLToPath(locate(name));
}

/** Of a package of the peers or of the project's, or of signalbox itself. `undefined` where there is none. */
export function versionOf(name: string, where: 'peers' | 'project' | 'self'): string | undefined {
  const packages = {
    peers: `${folder}node_modules/${name}/`,
    project: `${project}node_modules/${name}/`,
    self: project,
  };
  try {
    return JSON.parse(readFileSync(`${packages[where]}package.json`, 'utf8')).version;
  } catch {
    return undefined;
  }
}

/** Which peers there should be, by name. */
export function wantedPeers(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(`${folder}package.json`, 'utf8')).dependencies;
}

/**
 * Installs the peers where they are missing or of other versions.
 *
 * @returns why that did not work, where it did not
 */
export function installPeers(): string | undefined {
  const there = (): boolean =>
    Object.entries(wantedPeers()).every(([name, version]) => versionOf(name, 'peers') === version);
  if (there()) return undefined;
  console.error('installing what signalbox is compared with …');
  // Their install scripts are not needed, and one of them writes into the folder that it is called from.
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  return status === 0 && there() ? undefined : 'npm ci in test/bench/peers failed';
}
