// Fast checks while working: format, lint, types, and tests affected by changes since the last commit.
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

const env = { ...process.env, PATH: `${join('node_modules', '.bin')}${delimiter}${process.env['PATH']}` };
const steps: readonly (readonly [string, ...string[]])[] = [
  ['biome', 'check', '--write', '.'],
  ['tsc', '-p', '.', '--incremental', '--tsBuildInfoFile', 'node_modules/.cache/types.tsbuildinfo'],
  ['vitest', 'run', '--changed', '--passWithNoTests', '--typecheck.enabled=false'],
];

for (const [tool, ...rest] of steps) {
  const { status } = spawnSync(tool, rest, { stdio: 'inherit', env, shell: process.platform === 'win32' });
  if (status !== 0) process.exit(1);
}
