/**
 * One log line per request: plain text on a terminal, JSON elsewhere.
 *
 * @module log
 */
import type { Plugin } from '../../types/plugin.ts';
import { check, checkObject, refuse, show } from '../../util/option-check.ts';
import { oneOf } from '../../util/shape.ts';
import { entryOf, type LogEntry, textOf } from './line.ts';
import { stateEntryOf, stateTextOf } from './state-line.ts';

export type { LogEntry } from './line.ts';
export type { StateLogEntry } from './state-line.ts';

/** The options of `log`. */
export interface LogOptions {
  /**
   * `text` for people, `json` for one `LogEntry` or `StateLogEntry` object per line.
   * @default text on a terminal, otherwise json
   */
  readonly format?: 'text' | 'json';
  /**
   * `failures` logs only requests that failed or were answered after a failure, and targets that are not healthy.
   * @default all
   */
  readonly only?: 'all' | 'failures';
  /**
   * Receives each line, without its line break.
   * @default console.log
   */
  readonly write?: (line: string) => void;
}

/**
 * Logs each request when it ends: route, target, latency, tokens, cost, and failed attempts; and each change
 * of a target's health. Prompts,
 * answers, keys, users, sessions and metadata are never logged.
 *
 * @throws ConfigError naming the invalid option
 * @example
 * const router = createRouter({ targets, plugins: [log()] });
 * // 12:00:03 openai/gpt-5-mini is failing, was healthy, until 12:00:08
 * // 12:00:03 chat default → haiku  812 ms, 120 → 45 tokens, $0.00031, after openai/gpt-5-mini (server 503)
 */
export function log(options: LogOptions = {}): Plugin {
  checkObject('log', options, ['format', 'only', 'write']);
  const { format = isTerminal() ? 'text' : 'json', only = 'all', write = console.log } = options;
  check('log.format', format, oneOf('text', 'json'));
  check('log.only', only, oneOf('all', 'failures'));
  if (typeof write !== 'function') refuse('log.write', 'a function', show(write));
  const lineOf = (entry: LogEntry): string => (format === 'text' ? textOf(entry) : JSON.stringify(entry));
  return {
    name: 'log',
    install({ router, clock }) {
      return router.on('target-state', (event) => {
        const entry = stateEntryOf(event, clock.date());
        if (only === 'all' || entry.state !== 'healthy')
          write(format === 'text' ? stateTextOf(entry) : JSON.stringify(entry));
      });
    },
    observe: (context) => ({
      end(summary) {
        const entry = entryOf(context, summary);
        const isSmooth = entry.outcome === 'success' && entry.failures === undefined;
        if (only === 'all' || !isSmooth) write(lineOf(entry));
      },
    }),
  };
}

/** Whether output goes to a terminal; always false in browsers and on edge runtimes. */
function isTerminal(): boolean {
  const { process } = globalThis as { process?: { stdout?: { isTTY?: boolean } } };
  return process?.stdout?.isTTY === true;
}
