import { blockFor } from '../runner/guards.ts';
import type { Detector, Guard } from '../types.ts';

/** Settings that all guards share; see `Guard`. */
export interface GuardOptions extends Pick<Guard, 'on' | 'mode' | 'timeout' | 'onError' | 'history'> {
  /** @default the name of the detector or kind of guard */
  readonly name?: string;
}

/**
 * Blocks requests and answers with what a detector finds. The reason names kinds, never values.
 *
 * @example
 * guardrails([block(secrets()), block(urls({ allow: ['example.com'] }), { on: ['output'] })])
 */
export function block(detector: Detector, options: GuardOptions = {}): Guard {
  return { name: detector.name, ...options, detector, decide: blockFor };
}
