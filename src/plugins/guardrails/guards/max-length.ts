import { check, checkObject } from '../../../util/option-check.ts';
import { atLeast } from '../../../util/shape.ts';
import type { Guard } from '../types.ts';
import type { GuardOptions } from './block.ts';

/** Options of `maxLength`. */
export interface MaxLengthOptions extends GuardOptions {
  /** Maximum UTF-16 code units of one text. @default no limit */
  readonly characters?: number;
  /** Maximum words of one text. @default no limit */
  readonly words?: number;
}

/**
 * Blocks texts that are too long, by default in requests and tool results. Listed first, it protects the guards after it from huge texts.
 *
 * @throws ConfigError naming the invalid option
 * @example
 * guardrails([maxLength({ characters: 50_000 })])
 */
export function maxLength(options: MaxLengthOptions): Guard {
  const known = ['name', 'on', 'mode', 'timeout', 'onError', 'history', 'characters', 'words'];
  checkObject('maxLength', options, known);
  const {
    characters = Number.POSITIVE_INFINITY,
    words = Number.POSITIVE_INFINITY,
    on = ['input', 'tool-result'],
    ...settings
  } = options;
  check('maxLength.characters', characters, atLeast(1));
  check('maxLength.words', words, atLeast(1));
  return {
    name: 'max-length',
    ...settings,
    on,
    check(text) {
      if (text.length > characters) return { block: `longer than ${characters} characters` };
      if (words < Number.POSITIVE_INFINITY && (text.match(/\S+/g)?.length ?? 0) > words)
        return { block: `longer than ${words} words` };
      return { ok: true };
    },
  };
}
