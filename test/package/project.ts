import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** An application's project outside of this one, with the package as it is published. */
export interface Project {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Packs the package as it is built; returns the path of the archive in a folder of its own. */
export async function pack(): Promise<string> {
  const folder = await temporary();
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
  });
  const report: unknown = JSON.parse(stdout);
  // npm returns a list or an object, depending on its version.
  const [entry] = Array.isArray(report) ? report : Object.values(report as object);
  return join(folder, entry.filename);
}

/** A package by its name, as this project has it; or by its name and the folder where it is. */
export type Installed = string | readonly [name: string, path: string];

/**
 * Makes an empty project with the packed package, with what it depends on, and nothing else. No registry is asked.
 *
 * @param peers what the application has installed as well
 */
export async function projectWith(packed: string, peers: readonly Installed[]): Promise<Project> {
  const folder = await temporary();
  const installed = join(folder, 'node_modules/signalbox');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', packed, '--strip-components=1', '-C', installed]);
  const { dependencies } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  const manifest = { name: 'application', private: true, type: 'module' };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  for (const each of [...Object.keys(dependencies), ...peers]) await link(folder, each);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function temporary(): Promise<string> {
  return mkdtemp(join(await realpath(tmpdir()), 'signalbox-project-'));
}

async function link(folder: string, installed: Installed): Promise<void> {
  const [name, source] =
    typeof installed === 'string' ? [installed, join(root, 'node_modules', installed)] : installed;
  const path = join(folder, 'node_modules', name);
  await mkdir(dirname(path), { recursive: true });
  await symlink(source, path, 'junction');
}
