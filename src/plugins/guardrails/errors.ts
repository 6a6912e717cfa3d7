import { RefusedError } from '../../errors.ts';
import type { GuardStage } from './types.ts';

/** Name of the plugin. */
export const pluginName = 'guardrails';

/**
 * A guard blocked the request. Nothing was sent. `code` is `refused`; neither the message nor a field contains
 * text of the request.
 *
 * @example
 * catch (error) {
 *   if (error instanceof GuardError) reply(`Blocked by ${error.guard}: ${error.reason}`);
 * }
 */
export class GuardError extends RefusedError {
  /** Name of the guard. */
  readonly guard: string;
  /** What it checked. */
  readonly stage: GuardStage;

  /** `reason` must not contain text of the request. */
  constructor(guard: string, reason: string, stage: GuardStage) {
    super(pluginName, reason);
    this.name = 'GuardError';
    this.message = `the request was blocked by the guard ${guard}: ${reason}`;
    this.guard = guard;
    this.stage = stage;
  }
}
