import type { TargetSettings } from '../../types/options/options.ts';
import { anything, each, is, only, type Shape } from '../../util/shape.ts';

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

/** An object of settings. The vendor validates their values. */
export const settings: Shape = /* @__PURE__ */ only(/* @__PURE__ */ each(names, anything));

/** `provider/model`. */
export const pricedAs: Shape = /* @__PURE__ */ is(
  "the catalog's provider/model, such as 'openai/gpt-5-mini'",
  (name) => typeof name === 'string' && /^[^/]+\/.+$/.test(name),
);
