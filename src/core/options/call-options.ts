import { RequestError } from '../../errors.ts';
import type { CallOptions } from '../../types/options/call-options.ts';
import type { PluginCallOption } from '../../types/plugin.ts';
import {
  checkHedge,
  checkNumber,
  checkObject,
  checkStrings,
  checkTimeouts,
  checkType,
  checkWord,
  interruptedWords,
  type Refuse,
  show,
} from '../../util/option-check.ts';
import { priorities } from './policies.ts';

const refuse: Refuse = (path, expected, got) => {
  throw new RequestError(path, expected, got);
};

/** The router's own call options. */
export const callFields = [
  'route',
  'signal',
  'only',
  'targets',
  'model',
  'timeout',
  'maxCost',
  'session',
  'tenant',
  'user',
  'tags',
  'deadline',
  'window',
  'priority',
  'metadata',
  'interrupted',
  'hedge',
  'accept',
  'auth',
  'history',
];

/** Call options that plugins add, by name. */
export type AddedOptions = ReadonlyMap<string, PluginCallOption> | undefined;

/** Of a call that sets nothing. */
export const noOptions: CallOptions = Object.freeze({});

/**
 * Checks what one call sets for itself. Throws `RequestError`, which names the option.
 *
 * @param added what plugins add
 */
export function checkCallOptions(options: CallOptions, added: AddedOptions): void {
  if (options === noOptions) return;
  checkObject(
    'options',
    options,
    added === undefined ? callFields : [...callFields, ...added.keys()],
    refuse,
  );
  for (const [name, option] of added ?? []) {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    const expected = value === undefined ? undefined : option.check(value);
    if (expected !== undefined) refuse(`options.${name}`, expected, show(value));
  }
  const { signal, only, timeout, maxCost, tags, deadline, metadata, interrupted, targets } = options;
  if (targets !== undefined && (!Array.isArray(targets) || targets.length === 0))
    refuse('options.targets', 'a list of at least one target id', show(targets));
  if (signal !== undefined && typeof signal.addEventListener !== 'function') {
    refuse('options.signal', 'an AbortSignal', show(signal));
  }
  if (only !== undefined && !Array.isArray(only)) refuse('options.only', 'a list of target ids', show(only));
  if (options.model !== undefined && targets !== undefined)
    refuse('options.model', 'either it or options.targets', 'both');
  for (const name of ['route', 'model', 'session', 'tenant', 'user'] as const)
    checkType(`options.${name}`, options[name], 'string', refuse);
  checkStrings('options.tags', tags, refuse);
  if (deadline !== undefined && !(typeof deadline === 'number' && deadline > 0))
    refuse('options.deadline', 'a moment in milliseconds since 1970', show(deadline));
  if (metadata !== undefined && (typeof metadata !== 'object' || metadata === null)) {
    refuse('options.metadata', 'an object', show(metadata));
  }
  checkWord('options.priority', options.priority, priorities, refuse);
  checkTimeouts('options.timeout', timeout, refuse);
  checkNumber('options.maxCost', maxCost, refuse);
  checkNumber('options.window', options.window, refuse);
  checkType('options.accept', options.accept, 'function', refuse);
  if (options.auth !== undefined) checkAuth(options.auth);
  if (options.history !== undefined) {
    const { from } = checkObject('options.history', options.history, ['from'], refuse);
    checkStrings('options.history.from', typeof from === 'string' ? [from] : (from ?? null), refuse);
  }
  checkHedge('options.hedge', options.hedge, ['delay', 'maxCost'], refuse);
  checkWord('options.interrupted', interrupted, interruptedWords, refuse);
}

const keyForm = /^[\x21-\x7e]+$/;
const headerForm = /^[\t\x20-\x7e]*$/;

/** Checks keys and headers, which no error may show: `fetch` would. */
function checkAuth(auth: unknown): void {
  for (const [provider, own] of Object.entries(checkObject('options.auth', auth, undefined, refuse))) {
    const path = `options.auth.${provider}`;
    const { apiKey, headers } = checkObject(path, own, ['apiKey', 'headers'], refuse);
    if (apiKey !== undefined && !(typeof apiKey === 'string' && keyForm.test(apiKey)))
      refuse(`${path}.apiKey`, 'an API key of printable ASCII characters', 'something else');
    if (headers === undefined) continue;
    for (const value of Object.values(checkObject(`${path}.headers`, headers, undefined, refuse)))
      if (typeof value !== 'string' || !headerForm.test(value))
        refuse(`${path}.headers`, 'values of printable ASCII text', 'something else');
  }
}
