// All checks, fastest first: `npm test`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

// The project's own tools and Node take precedence.
const env = {
  ...process.env,
  PATH: `${join(process.cwd(), 'node_modules', '.bin')}${delimiter}${process.env['PATH']}`,
};
const shell = process.platform === 'win32';
const temporary = mkdtempSync(join(tmpdir(), 'signalbox-check-'));
const report = join(temporary, 'vitest.json');
const packageReport = join(temporary, 'package.json');
const node22Report = join(temporary, 'node-22.json');
const reporting = (file: string): readonly string[] => [
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${file}`,
];
const vitest = (file: string, ...more: string[]): readonly [string, ...string[]] => [
  'vitest',
  'run',
  ...more,
  ...reporting(file),
];

const steps: readonly (readonly [name: string, command: readonly [string, ...string[]]])[] = [
  ['format and lint', ['biome', 'ci', '.']],
  ['types', ['tsc', '-p', '.']],
  ['unused code', ['knip', '--no-config-hints']],
  ['sizes of functions, files and folders', ['node', 'scripts/house.ts']],
  ['function calls per request', ['node', 'scripts/calls.ts']],
  ['direction of imports', ['depcruise', '--config', '.dependency-cruiser.mjs', 'src']],
  ['tests', vitest(report)],
  ['transport and faults on Node 22', ['node', 'scripts/node-22.ts', ...reporting(node22Report)]],
  ['build', ['tsup', '--silent']],
  ['sizes', ['node', 'scripts/sizes.ts']],
  ['public types', ['node', 'scripts/api.ts']],
  ['reference pages', ['node', 'scripts/reference.ts']],
  ['package: publint', ['publint', '--strict']],
  ['package: types', ['attw', '--pack', '.', '--profile', 'esm-only']],
  [
    'package: installed elsewhere, bundled, and in other runtimes',
    vitest(packageReport, '--config', 'vitest.package.config.ts'),
  ],
  ['support table', ['node', 'scripts/support.ts']],
  ['examples', ['node', 'scripts/examples.ts']],
  ['demo', ['node', 'demo/main.ts']],
  ['soak', ['node', '--expose-gc', 'test/soak/main.ts', '--seconds', '15', '--callers', '32']],
];

let passed = 0;
let failed = 0;
let skipped = 0;
const failures: string[] = [];

for (const [name, command] of steps) {
  const started = performance.now();
  console.log(`\n— ${name}: ${command.join(' ')}`);
  const [tool, ...rest] = command;
  const { status, error } = spawnSync(tool, rest, { stdio: ['ignore', 'inherit', 'inherit'], env, shell });
  if (error !== undefined) console.log(error.message);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`— ${name}: ${status === 0 ? 'ok' : 'FAILED'} after ${seconds} s`);
  if (status === 0) passed += 1;
  else {
    failed += 1;
    failures.push(`step: ${name}`);
  }
}

for (const file of [report, packageReport, node22Report]) {
  if (file === node22Report && !existsSync(file)) continue; // skipped where Node 22 cannot be installed, or a failed step
  try {
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
      readFileSync(file, 'utf8'),
    );
    passed += numPassedTests;
    failed += numFailedTests;
    if (file !== node22Report) skipped += numPendingTests; // there, those that were not chosen count as pending
    for (const { name, status, message, assertionResults } of testResults) {
      const tests = assertionResults.filter((test: { status: string }) => test.status === 'failed');
      for (const test of tests)
        failures.push(`${name}: ${test.fullName}\n${test.failureMessages.join('\n')}`);
      if (status === 'failed' && tests.length === 0) failures.push(`${name}: ${message}`);
    }
  } catch {
    failed += 1; // without a report, the results are unknown
  }
}
rmSync(temporary, { recursive: true });

// Once more at the end, because the log of a whole run is long.
if (failures.length > 0) console.log(`\nfailed:\n${failures.join('\n\n')}`);
console.log('\nsteps and tests:');
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
