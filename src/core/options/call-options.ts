import { RequestError } from '../../errors.ts';
import type { CallOptions } from '../../types/options/call-options.ts';
import type { PluginCallOption } from '../../types/plugin.ts';
import { check, checkObject, type Refuse, show } from '../../util/option-check.ts';
import {
  amount,
  callback,
  is,
  isNumber,
  oneOf,
  only,
  recordOf,
  type Shape,
  type Shapes,
  strings,
  text,
} from '../../util/shape.ts';
import { priorities } from './policies.ts';
import { hedge, interruptedWords, timeouts } from './shared.ts';

const refuse: Refuse = (path, expected, got) => {
  throw new RequestError(path, expected, got);
};

/** A value that no error may show, as an error of `fetch` would. */
const secret =
  (expected: string, form: RegExp): Shape =>
  (value) =>
    typeof value === 'string' && form.test(value) ? undefined : { path: '', expected, got: 'something else' };
const headerForm = recordOf(secret('values of printable ASCII text', /^[\t\x20-\x7e]*$/));

const auth = only({
  apiKey: secret('an API key of printable ASCII characters', /^[\x21-\x7e]+$/),
  headers(value) {
    const flaw = headerForm(value);
    return flaw && { ...flaw, path: '' };
  },
});

const shapes: Shapes = {
  route: text,
  signal: is(
    'an AbortSignal',
    (value) => typeof (value as AbortSignal | null)?.addEventListener === 'function',
  ),
  only: is('a list of target ids', Array.isArray),
  targets: is('a list of at least one target id', (value) => Array.isArray(value) && value.length > 0),
  model: text,
  timeout: timeouts,
  maxCost: amount,
  session: text,
  tenant: text,
  user: text,
  tags: strings,
  deadline: is('a moment in milliseconds since 1970', (value) => isNumber(value, Number.MIN_VALUE)),
  window: amount,
  priority: oneOf(...priorities),
  metadata: is('an object', (value) => typeof value === 'object' && value !== null),
  interrupted: oneOf(...interruptedWords),
  hedge: hedge('delay', 'maxCost'),
  accept: callback,
  auth: recordOf(auth),
  history: only({}, { from: (value) => strings(typeof value === 'string' ? [value] : value) }),
};

/** The router's own call options. */
export const callFields: readonly string[] = Object.keys(shapes);

/** Call options that plugins add, by name. */
export type AddedOptions = ReadonlyMap<string, PluginCallOption> | undefined;

/** The options of a call that sets none. */
export const noOptions: CallOptions = Object.freeze({});

/**
 * Checks the options of one call. Throws `RequestError`, which names the option.
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
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    if (shape !== undefined) check(path, value, shape, refuse);
  }
}
