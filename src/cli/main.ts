#!/usr/bin/env node
import { run } from './run.ts';

// `signalbox report | head`: a reader that stops early closes the pipe.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
const args = process.argv.slice(2);
process.exitCode = await run(args, {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  ...(process.stderr.isTTY ? { terminal: process.stderr } : {}),
});
// These load modules of the application, which may hold connections open.
if (['keys', 'doctor', 'batch'].includes(args[0] ?? ''))
  process.stdout.write('', () => process.stderr.write('', () => process.exit()));
