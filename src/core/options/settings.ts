import type { TargetSettings } from '../../types/options/options.ts';
import { checkObject, type Refuse } from '../../util/option-check.ts';

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
export function checkSettings(path: string, settings: unknown, refuse: Refuse): void {
  if (settings !== undefined) checkObject(path, settings, names, refuse);
}

/** Refuses anything but `undefined` and `provider/model`. */
export function checkPricedAs(path: string, name: unknown, refuse: Refuse): void {
  if (name === undefined || (typeof name === 'string' && /^[^/]+\/.+$/.test(name))) return;
  refuse(path, "the catalog's provider/model, such as 'openai/gpt-5-mini'", String(name));
}
