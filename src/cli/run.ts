import { commands } from './help.ts';
import { keys } from './keys/keys.ts';
import { simulate } from './simulate/simulate.ts';
import { UsageError } from './usage-error.ts';

/** Where a command writes. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

/**
 * Runs a command.
 *
 * @param args the arguments after `signalbox`
 * @returns the exit code: 0 success, 2 wrong input
 */
export async function run([command, ...args]: readonly string[], { out, err }: Output): Promise<number> {
  try {
    if (command === '--help' || command === '-h') out(commands);
    else if (command === 'simulate') out(await simulate(args));
    else if (command === 'keys') out(await keys(args));
    else
      throw new UsageError(
        'signalbox',
        'a command: simulate or keys',
        command === undefined ? 'none' : `'${command}'`,
      );
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    err(`${error.message}\n`);
    return 2;
  }
}
