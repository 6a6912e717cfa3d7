import { stat } from 'node:fs/promises';
import { JobStore } from '../../batch/job/store.ts';
import { isRouterError } from '../../errors.ts';
import { UsageError } from '../../simulator/usage-error.ts';
import type { Batch } from '../../types/batch/job.ts';
import type { Router } from '../../types/router.ts';
import type { Store } from '../../types/store.ts';
import type { Output } from '../output.ts';
import { type BatchFlags, momentOf } from './flags.ts';
import { type Input, openInput } from './input.ts';
import { lineWriter } from './lines.ts';
import { meterOn, money, type Progress } from './progress.ts';
import { type RunRecord, readRecord, saveRecord } from './record.ts';
import { Results, type Sums } from './results.ts';

/** A run of one file of requests. */
interface Run {
  readonly router: Router;
  readonly store: Store;
  readonly input: Input;
  readonly record: RunRecord;
  readonly results: Results;
}

/** Aborts when the user or the system wants the process to end. */
interface Interrupt {
  readonly signal: AbortSignal;
  dispose(): void;
}

/**
 * Answers the requests of a file, or the rest of them after an earlier run.
 *
 * @returns the exit code
 * @throws UsageError for a wrong file or line, and for files of another run
 */
export async function runBatch(
  flags: BatchFlags,
  router: Router,
  store: Store,
  output: Output,
): Promise<number> {
  const { requests = '', out } = flags;
  const input = await openInput(requests, router, flags.route);
  const record = await recordOf(flags, store, input, output);
  const results = await Results.open(out);
  try {
    const interrupt = onInterrupt();
    const isWhole = await answer({ router, store, input, record, results }, interrupt, output).finally(() =>
      interrupt.dispose(),
    );
    const { sums } = results;
    output.out(summary(out, sums, record.total));
    if (!isWhole) {
      output.err('Interrupted. Batches at vendors keep running; the same command continues.\n');
      return 130;
    }
    const isCanceled = await new JobStore(store, record.batchId, 1).isCanceled();
    if (isCanceled) return 1;
    if (sums.written < record.total)
      throw new UsageError(out, 'all results that it had', `${record.total - sums.written} fewer`);
    return sums.failed === 0 ? 0 : 1;
  } finally {
    await results.close();
  }
}

/** The record of an earlier run of the same command, or a new one. */
async function recordOf(
  { requests = '', out, route, deadline }: BatchFlags,
  store: Store,
  { form, total, digest }: Input,
  output: Output,
): Promise<RunRecord> {
  const before = await readRecord(store, out);
  const file = await stat(out).catch(() => undefined);
  if (before === undefined) {
    // A crash may have left an empty file.
    if (file !== undefined && file.size > 0)
      throw new UsageError('--out', 'a new file, or one that this command began', `'${out}'`);
    const batchId = `cli${crypto.randomUUID().replaceAll('-', '').slice(0, 20)}`;
    const record = { batchId, form, total, digest, route, deadline: momentOf(deadline, Date.now()) };
    // The file is created first, so that a record without its file means that the file was removed.
    const created = await Results.open(out);
    await created.close();
    await saveRecord(store, out, record);
    return record;
  }
  if (before.digest !== digest)
    throw new UsageError(requests, `the requests that ${out} was begun with`, 'others; use another --out');
  if (before.route !== route)
    throw new UsageError('--route', `${before.route ?? 'none'}, as when it began`, route ?? 'none');
  if (file === undefined)
    throw new UsageError('--out', `${out}, which this command began`, 'no such file; use another name');
  if (before.deadline > Date.now()) return before;
  const record = { ...before, deadline: momentOf(deadline, Date.now()) };
  await saveRecord(store, out, record);
  output.err(`Its deadline is over; the new one is ${new Date(record.deadline).toISOString()}.\n`);
  return record;
}

/** Writes all results. Returns whether the batch is complete. */
async function answer(run: Run, { signal }: Interrupt, output: Output): Promise<boolean> {
  const { results, record, input } = run;
  if (results.sums.written >= record.total) return true;
  let batch: Batch | undefined;
  const progress = (): Progress => {
    const open = batch?.status().batches.filter(({ state }) => state !== 'read') ?? [];
    const { total, deadline } = record;
    return { ...results.sums, total, batches: open.length, timeLeft: deadline - Date.now() };
  };
  const meter = meterOn(output);
  meter.show(progress());
  const timer = setInterval(() => meter.show(progress()), 1_000);
  try {
    batch = await begin(run, signal);
    const toLine = await lineWriter(input, record.batchId);
    for await (const result of batch.results) {
      await results.write(result.id, toLine(result));
      meter.show(progress());
    }
    return true;
  } catch (error) {
    if (!signal.aborted) throw error;
    return false;
  } finally {
    clearInterval(timer);
    meter.stop(progress());
    await batch?.[Symbol.asyncDispose]();
  }
}

/** Begins the batch, or continues it: after a crash there may be a record without a batch. */
async function begin({ router, store, input, record }: Run, signal: AbortSignal): Promise<Batch> {
  const { batchId, route, deadline } = record;
  try {
    const options = { batchId, store, deadline, signal, ...(route === undefined ? {} : { route }) };
    return await router.batch(input.lines(), options);
  } catch (error) {
    if (!isRouterError(error, 'request') || error.field !== 'options.batchId') throw error;
    return router.batches.resume(batchId, { store, requests: input.lines(), deadline, signal });
  }
}

function onInterrupt(): Interrupt {
  const abort = new AbortController();
  const end = (): void => {
    // A second interrupt ends the process at once.
    process.removeListener('SIGINT', end);
    process.removeListener('SIGTERM', end);
    abort.abort(new Error('interrupted'));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  return {
    signal: abort.signal,
    dispose() {
      process.removeListener('SIGINT', end);
      process.removeListener('SIGTERM', end);
    },
  };
}

/** The sums for people. */
export function summary(out: string, { written, failed, cost, saved }: Sums, total: number): string {
  const number = (value: number): string => value.toLocaleString('en-US');
  const share = cost + saved > 0 && saved > 0 ? ` (${Math.round((100 * saved) / (cost + saved))}%)` : '';
  return `${out}: ${number(written)} of ${number(total)} results, ${number(failed)} failed\nspent ${money(cost)}, saved ${money(saved)}${share}\n`;
}
