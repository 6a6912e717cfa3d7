import { RequestError } from '../../errors.ts';
import type { CallOptions } from '../../types/options/call-options.ts';
import type { PluginCallOption } from '../../types/plugin.ts';
import {
  amount,
  type Check,
  callback,
  checkHedge,
  checkObject,
  checkStrings,
  checkTimeouts,
  interruptedWords,
  is,
  isNumber,
  type Refuse,
  recordOf,
  shape,
  show,
  text,
  word,
} from '../../util/option-check.ts';
import { priorities } from './policies.ts';

const refuse: Refuse = (path, expected, got) => {
  throw new RequestError(path, expected, got);
};

/** A value that no error may show: `fetch` would. */
const secret =
  (expected: string, form: RegExp): Check =>
  (path, value, refuse) => {
    if (typeof value !== 'string' || !form.test(value)) refuse(path, expected, 'something else');
  };
const keyForm = secret('an API key of printable ASCII characters', /^[\x21-\x7e]+$/);
const headerForm = secret('values of printable ASCII text', /^[\t\x20-\x7e]*$/);

const auth = shape({
  apiKey(path, value, refuse) {
    if (value !== undefined) keyForm(path, value, refuse);
  },
  headers: (path, value, refuse) => recordOf((_, own) => headerForm(path, own, refuse))(path, value, refuse),
});

const checks: Readonly<Record<string, Check>> = {
  route: text,
  signal: is(
    'an AbortSignal',
    (value) => typeof (value as AbortSignal | null)?.addEventListener === 'function',
  ),
  only: is('a list of target ids', Array.isArray),
  targets: is('a list of at least one target id', (value) => Array.isArray(value) && value.length > 0),
  model: text,
  timeout: checkTimeouts,
  maxCost: amount,
  session: text,
  tenant: text,
  user: text,
  tags: checkStrings,
  deadline: is('a moment in milliseconds since 1970', (value) => isNumber(value, Number.MIN_VALUE)),
  window: amount,
  priority: word(...priorities),
  metadata: is('an object', (value) => typeof value === 'object' && value !== null),
  interrupted: word(...interruptedWords),
  hedge: (path, value, refuse) => checkHedge(path, value, ['delay', 'maxCost'], refuse),
  accept: callback,
  auth: recordOf((path, value, refuse) => auth(path, value ?? null, refuse)),
  history: shape({
    from: (path, value, refuse) =>
      checkStrings(path, typeof value === 'string' ? [value] : (value ?? null), refuse),
  }),
};

/** The router's own call options. */
export const callFields: readonly string[] = Object.keys(checks);

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
  const fields = added === undefined ? callFields : [...callFields, ...added.keys()];
  const given = checkObject('options', options, fields, refuse);
  if (options.model !== undefined && options.targets !== undefined)
    refuse('options.model', 'either it or options.targets', 'both');
  for (const name in given) {
    const value = given[name];
    if (value === undefined) continue;
    const path = `options.${name}`;
    const expected = added?.get(name)?.check(value);
    if (expected !== undefined) refuse(path, expected, show(value));
    if (Object.hasOwn(checks, name)) checks[name]?.(path, value, refuse);
  }
}
