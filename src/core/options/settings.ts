import type { TargetSettings } from '../../types/options/options.ts';
import { type Check, each, is, shape } from '../../util/option-check.ts';

const names = [
  'toolChoice',
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'stopSequences',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'reasoning',
  'providerOptions',
] as const satisfies readonly (keyof TargetSettings)[];

/** Refuses anything but `undefined` and an object of settings. Their values are the vendor's to judge. */
export const checkSettings: Check = shape(each(names, () => {}));

/** Refuses anything but `undefined` and `provider/model`. */
export const checkPricedAs: Check = is(
  "the catalog's provider/model, such as 'openai/gpt-5-mini'",
  (name) => typeof name === 'string' && /^[^/]+\/.+$/.test(name),
);
