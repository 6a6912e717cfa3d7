import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

const folder = join(import.meta.dirname, 'installed');
const load = createRequire(join(folder, 'package.json'));

/** A package of the runtimes' own folder. To the compiler it is not there: `T` is what is used of it. */
export function packageOf<T>(name: string): T {
  return load(name) as T;
}

/** The path of a runtime that npm brings. */
export function binary(name: string): string {
  return join(folder, 'node_modules/.bin', name);
}

/**
 * Installs the runtimes that npm brings, where they are missing or of other versions.
 *
 * @returns why that did not work, where it did not
 */
export function installRuntimes(): string | undefined {
  return installIn(folder, 'test/runtimes/installed');
}

/** The same for another folder that has its own packages; `name` is for the message. */
export function installIn(folder: string, name: string): string | undefined {
  const wanted: Record<string, string> = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ).dependencies;
  const there = (): boolean =>
    Object.entries(wanted).every(
      ([installed, version]) => versionOf(folder, installed) === version.split('@').at(-1),
    );
  if (there()) return undefined;
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--silent'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  return status === 0 && there() ? undefined : `\`npm ci\` in ${name} failed`;
}

function versionOf(folder: string, name: string): string | undefined {
  const path = join(folder, 'node_modules', name, 'package.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).version : undefined;
}

/** Chromium, as Debian and others name it. */
export function chromium(): string | undefined {
  const { CHROMIUM, PATH = '' } = process.env;
  if (CHROMIUM !== undefined) return CHROMIUM;
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const paths = PATH.split(delimiter).flatMap((path) => names.map((name) => join(path, name)));
  return paths.find((path) => existsSync(path));
}
