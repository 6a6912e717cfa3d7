import { UsageError } from '../simulator/usage-error.ts';
import { batch } from './batch/batch.ts';
import { dashboard } from './dashboard/dashboard.ts';
import { doctor } from './doctor.ts';
import { commands } from './help.ts';
import { keys } from './keys/keys.ts';
import { ledger } from './ledger/ledger.ts';
import type { Output } from './output.ts';
import { report } from './report/report.ts';
import { simulate } from './simulate/simulate.ts';
import { version } from './version.ts';

/**
 * Runs a command.
 *
 * @param args the arguments after `signalbox`
 * @returns the exit code: 0 success, 1 for findings of `ledger verify` or `doctor` and for failed requests of a batch, 2 wrong
 * input, 130 interrupted
 */
export async function run([command, ...args]: readonly string[], output: Output): Promise<number> {
  const { out, err } = output;
  try {
    if (command === 'batch') return await batch(args, output);
    if (command === 'ledger') return await ledger(args, { out, err });
    if (command === 'report') return await report(args, { out, err });
    if (command === undefined || ['--help', '-h', 'help'].includes(command)) out(commands);
    else if (['--version', '-v', 'version'].includes(command)) out(`${await version()}\n`);
    else if (command === 'simulate') out(await simulate(args));
    else if (command === 'dashboard') out(await dashboard(args));
    else if (command === 'keys') out(await keys(args));
    else if (command === 'doctor') {
      const { text, healthy } = await doctor(args);
      out(text);
      return healthy ? 0 : 1;
    } else
      throw new UsageError(
        'signalbox',
        'a command: batch, dashboard, keys, ledger, report, simulate, doctor, help or --version',
        `'${command}'`,
      );
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    err(`${error.message}\n`);
    return 2;
  }
}
