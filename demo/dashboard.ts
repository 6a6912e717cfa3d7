import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Router } from 'signalbox';
import { toDashboard } from 'signalbox/dashboard';
import { type Ledger, ledger, sqlite } from 'signalbox/ledger';
import { serve } from '../src/cli/dashboard/serve.ts';

/** The demo's dashboard. */
export interface DemoDashboard {
  readonly address: string;
  /** Ctrl+C was pressed. */
  isOver(): boolean;
  close(): Promise<void>;
}

/** A ledger in a temporary file, removed at the end. */
export async function demoLedger(): Promise<Ledger> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-demo-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return ledger(sqlite(join(folder, 'usage.db')));
}

export async function serveDashboard(router: Router, records: Ledger): Promise<DemoDashboard> {
  const token = crypto.randomUUID();
  const served = await serve(toDashboard(router, { token, ledger: records }), 0);
  let over = false;
  process.once('SIGINT', () => {
    over = true;
    console.log('\nending …');
  });
  return {
    address: `http://127.0.0.1:${served.port}/#token=${token}`,
    isOver: () => over,
    close: () => served.close(),
  };
}
