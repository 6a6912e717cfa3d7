import type { RequestContext } from '../../../types/plugin.ts';
import { pluginName } from '../errors.ts';
import type { Guard, GuardStage } from '../types.ts';
import type { Outcome } from './check.ts';

/** The result of one guard at one stage of a request or an answer. */
interface Tally {
  readonly guard: Guard;
  readonly stage: GuardStage;
  checks: number;
  replaced: number;
  reason: string | undefined;
  error: string | undefined;
}

/** The verdicts of one request or one answer: one note per guard and stage, without any text. */
export class Verdicts {
  readonly #direction: 'request' | 'answer';
  readonly #tallies = new Map<Guard, Map<GuardStage, Tally>>();

  constructor(direction: 'request' | 'answer') {
    this.#direction = direction;
  }

  add(guard: Guard, stage: GuardStage, outcome: Outcome): void {
    let stages = this.#tallies.get(guard);
    if (stages === undefined) {
      stages = new Map();
      this.#tallies.set(guard, stages);
    }
    let tally = stages.get(stage);
    if (tally === undefined) {
      tally = { guard, stage, checks: 0, replaced: 0, reason: undefined, error: undefined };
      stages.set(stage, tally);
    }
    tally.checks += 1;
    if ('error' in outcome) tally.error ??= outcome.error;
    else if ('block' in outcome) tally.reason ??= outcome.block;
    else if ('replace' in outcome) tally.replaced += outcome.replace.length;
  }

  /** Records a guard that had nothing to check as one that found nothing. */
  expect(guard: Guard, stage: GuardStage): void {
    if (this.#tallies.has(guard)) return;
    const tally = { guard, stage, checks: 0, replaced: 0, reason: undefined, error: undefined };
    this.#tallies.set(guard, new Map([[stage, tally]]));
  }

  /** Records all of them. `delay`: milliseconds that they added. */
  note(context: RequestContext, delay: number): void {
    const rounded = Math.round(delay * 1_000) / 1_000;
    for (const stages of this.#tallies.values())
      for (const { guard, stage, checks, replaced, reason, error } of stages.values())
        context.note({
          plugin: pluginName,
          facts: {
            guard: guard.name,
            stage,
            direction: this.#direction,
            verdict:
              reason !== undefined
                ? 'block'
                : error !== undefined
                  ? 'error'
                  : replaced > 0
                    ? 'replace'
                    : 'ok',
            checks,
            delay: rounded,
            ...(replaced === 0 ? {} : { replaced }),
            ...(reason === undefined ? {} : { reason }),
            ...(error === undefined ? {} : { error }),
            ...(guard.mode === 'shadow' ? { shadow: true } : {}),
          },
        });
    this.#tallies.clear();
  }
}
