import { check, checkObject, refuse } from '../../../util/option-check.ts';
import { oneOf } from '../../../util/shape.ts';
import { replaceFor } from '../runner/guards.ts';
import type { Detector, Finding, Guard } from '../types.ts';
import type { GuardOptions } from './block.ts';

/** Options of `redact`. */
export interface RedactOptions extends GuardOptions {
  /**
   * Puts values of the request back into the answer: into its text, tool arguments, objects and streams. The
   * vendor, caches, mirrors and ledgers only see placeholders. `session` gives a value the same placeholder
   * throughout a session, `true` or `request` for one request.
   *
   * @default false
   */
  readonly restore?: boolean | 'request' | 'session';
  /**
   * Replacement text for a value; a function receives its kind. @default a placeholder such as `[EMAIL_1]`
   */
  readonly with?: string | ((entity: string) => string);
}

/**
 * Replaces what a detector finds. Without `restore` in requests and answers; with it in requests only, because
 * answers get the values back.
 *
 * @throws ConfigError naming the invalid option
 * @example
 * guardrails([redact(pii(), { restore: true })])
 */
export function redact(detector: Detector, options: RedactOptions = {}): Guard {
  const known = ['name', 'on', 'mode', 'timeout', 'onError', 'history', 'restore', 'with'];
  checkObject('redact', options, known);
  const { restore: wanted = false, with: given, ...settings } = options;
  if (typeof wanted !== 'boolean') check('redact.restore', wanted, oneOf('request', 'session'));
  const restore = wanted === true ? 'request' : wanted;
  if (restore !== false && given !== undefined)
    refuse('redact.with', 'nothing beside restore, which needs placeholders', 'a text');
  return {
    name: detector.name,
    ...settings,
    detector,
    ...(restore === false ? {} : { direction: 'request' as const, restores: restore }),
    decide(found) {
      return replaceFor(found, ({ entity }: Finding) => {
        if (given === undefined) return { entity, restore };
        return { with: typeof given === 'string' ? given : given(entity) };
      });
    },
  };
}
