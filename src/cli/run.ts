import { dashboard } from './dashboard/dashboard.ts';
import { commands } from './help.ts';
import { keys } from './keys/keys.ts';
import { ledger } from './ledger/ledger.ts';
import type { Output } from './output.ts';
import { report } from './report/report.ts';
import { simulate } from './simulate/simulate.ts';
import { UsageError } from './usage-error.ts';

/**
 * Runs a command.
 *
 * @param args the arguments after `signalbox`
 * @returns the exit code: 0 success, 1 what `ledger verify` found, 2 wrong input
 */
export async function run([command, ...args]: readonly string[], { out, err }: Output): Promise<number> {
  try {
    if (command === 'ledger') return await ledger(args, { out, err });
    if (command === 'report') return await report(args, { out, err });
    if (command === '--help' || command === '-h') out(commands);
    else if (command === 'simulate') out(await simulate(args));
    else if (command === 'dashboard') out(await dashboard(args));
    else if (command === 'keys') out(await keys(args));
    else
      throw new UsageError(
        'signalbox',
        'a command: dashboard, keys, ledger, report or simulate',
        command === undefined ? 'none' : `'${command}'`,
      );
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    err(`${error.message}\n`);
    return 2;
  }
}
