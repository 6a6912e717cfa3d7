export { run } from './run.ts';
export { runStream } from './run-stream.ts';
