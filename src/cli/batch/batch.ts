import { access } from 'node:fs/promises';
import { JobStore } from '../../batch/job/store.ts';
import { UsageError } from '../../simulator/usage-error.ts';
import type { Store } from '../../types/store.ts';
import { batchHelp } from '../help.ts';
import { findModule, loadRouters } from '../load-router.ts';
import type { Output } from '../output.ts';
import { type BatchFlags, readFlags } from './flags.ts';
import { openState, type RunRecord, readRecord } from './record.ts';
import { readResults } from './results.ts';
import { runBatch, summary } from './run.ts';

/**
 * `signalbox batch run|status|cancel`.
 *
 * @returns the exit code: 1 where a request failed, 130 after an interrupt
 * @throws UsageError for a wrong flag, file or line
 */
export async function batch(args: readonly string[], output: Output): Promise<number> {
  const flags = readFlags(args);
  if (flags.verb === 'help') {
    output.out(batchHelp);
    return 0;
  }
  // The state may be in the store that the module exports.
  const isModuleNeeded = flags.verb !== 'status' || flags.module !== undefined;
  if (flags.verb !== 'run') await checkBegun(flags);
  const exported = isModuleNeeded ? await loadRouters(await findModule(flags.module)) : undefined;
  const { store, close } = await openState(flags, exported?.store);
  try {
    if (flags.verb === 'status') return await status(flags, store, output);
    const [[, router] = []] = exported?.routers ?? [];
    if (router === undefined) return 2; // loadRouters has refused it
    const isRunning = await isOwned(flags, store);
    if (flags.verb === 'cancel') {
      const { batchId } = await recordIn(flags, store);
      await router.batches.cancel(batchId, { store });
      if (isRunning) {
        output.out('Canceled. The process that runs it ends once the vendors have stopped.\n');
        return 0;
      }
    } else if (isRunning)
      output.err(
        'Another process works on it, or did half a minute ago. This one continues when that has ended.\n',
      );
    const code = await runBatch(flags, router, store, output);
    await router.close();
    return code;
  } finally {
    await close();
  }
}

async function isOwned({ out }: BatchFlags, store: Store): Promise<boolean> {
  const record = await readRecord(store, out);
  return record !== undefined && (await new JobStore(store, record.batchId, 1).isOwned());
}

/** So that no store is created for a name that is misspelled. */
async function checkBegun({ out }: BatchFlags): Promise<void> {
  await access(out).catch(() => {
    throw notBegun(out);
  });
}

async function recordIn({ out }: BatchFlags, store: Store): Promise<RunRecord> {
  const record = await readRecord(store, out);
  if (record === undefined) throw notBegun(out);
  return record;
}

function notBegun(out: string): UsageError {
  return new UsageError('--out', 'the results of a run that has begun', `'${out}'`);
}

async function status(flags: BatchFlags, store: Store, { out }: Output): Promise<number> {
  const record = await recordIn(flags, store);
  const { sums } = await readResults(flags.out);
  const { batchId, total, deadline } = record;
  const job = new JobStore(store, batchId, 1);
  const [chunks, isRunning, isCanceled] = await Promise.all([job.chunks(), job.isOwned(), job.isCanceled()]);
  const batches = chunks
    .filter(({ state }) => state !== 'read')
    .map(({ target, vendorId, state, items }) => ({ target, vendorId, state, requests: items.length }));
  const state = sums.written >= total ? 'done' : isCanceled ? 'canceled' : isRunning ? 'running' : 'waiting';
  if (flags.json) {
    const report = { state, total, ...sums, deadline: new Date(deadline).toISOString(), batches };
    out(`${JSON.stringify(report, null, 2)}\n`);
    return 0;
  }
  const words = {
    done: 'done',
    canceled: 'canceled',
    running: 'running',
    waiting: 'not running; the command that began it continues it',
  };
  const lines = batches.map(
    ({ target, vendorId = 'being submitted', requests }) =>
      `at ${target}: ${requests.toLocaleString('en-US')} requests (${vendorId})\n`,
  );
  const due = state === 'done' ? '' : `due ${new Date(deadline).toISOString()}\n`;
  out(`${words[state]}\n${summary(flags.out, sums, total)}${lines.join('')}${due}`);
  return 0;
}
