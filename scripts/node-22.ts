// The tests of the transport and the fault matrix on Node 22, whose undici is older than that of the project's own Node.
import { spawnSync } from 'node:child_process';
import { binary, installRuntimes } from '../test/runtimes/installed.ts';

/** The parts of the matrix that do not use undici's `dispatch` behave alike on every Node. */
const overDispatch = '^(?!where requests go over)';

const missing = installRuntimes();
if (missing === undefined) {
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--typecheck.enabled=false', '-t', overDispatch];
  const tests = ['test/transport', 'test/faults/matrix.test.ts'];
  const { status, error } = spawnSync(binary('node'), [...vitest, ...process.argv.slice(2), ...tests], {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error !== undefined) console.error(error.message);
  process.exitCode = status ?? 1;
} else {
  console.warn(`the tests on Node 22 are skipped: ${missing}`);
  // In CI everything has to be there.
  if (process.env['CI'] !== undefined) process.exitCode = 1;
}
