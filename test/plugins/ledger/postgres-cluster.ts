import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Where Debian's package `postgresql` has its programs. */
function programs(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  const versions = readdirSync(root).filter((name) => existsSync(join(root, name, 'bin/initdb')));
  const latest = versions.toSorted((a, b) => Number(a) - Number(b)).at(-1);
  return latest === undefined ? undefined : join(root, latest, 'bin');
}

const bin = programs();
export const isMissing = bin === undefined && process.env['CI'] === undefined;

/** A server of its own in a temporary folder, reached by a socket there. PostgreSQL refuses to run as root. */
export function postgresCluster() {
  if (bin === undefined) throw new Error('PostgreSQL is not installed: apt-get install postgresql');
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-pg-'));
  const isRoot = userInfo().uid === 0;
  const run = (program: string, ...args: string[]): void => {
    const command = isRoot ? ['runuser', '-u', 'postgres', '--', join(bin, program)] : [join(bin, program)];
    execFileSync(command[0] ?? '', [...command.slice(1), ...args], { stdio: 'pipe', cwd: folder });
  };
  if (isRoot) {
    execFileSync('chown', ['postgres', folder]);
    chmodSync(folder, 0o755);
  }
  const data = join(folder, 'data');
  run('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync');
  const options = `-k ${folder} -c listen_addresses= -c fsync=off`;
  const start = (): void =>
    run('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start');
  const stop = (): void => run('pg_ctl', '-D', data, '-w', '-m', 'immediate', 'stop');
  start();
  return {
    /** For `new Pool()`. */
    connection: { host: folder, user: 'postgres', database: 'postgres' },
    start,
    stop,
    remove() {
      stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
