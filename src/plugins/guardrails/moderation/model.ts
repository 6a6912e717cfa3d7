import { check } from '../../../util/option-check.ts';
import { oneOf } from '../../../util/shape.ts';
import type { GuardOptions } from '../guards/block.ts';
import type { Guard } from '../types.ts';
import { asker, checkModelOptions, type ModelOptions, usualSettings } from './ask.ts';
import { type ModerationTemplate, templates } from './templates.ts';

/** Options of `moderationModel`. */
export interface ModerationModelOptions extends GuardOptions, ModelOptions {
  /** Prompt format of the model, or your own. */
  readonly template: 'llama-guard' | 'granite-guardian' | ModerationTemplate;
  /** @default 'whole' */
  readonly reads?: 'sentence' | 'whole';
}

/**
 * Checks texts with a moderation model: a target of the router, such as Llama Guard at Groq or Granite Guardian
 * on a local server. Its requests are not guarded, and have the tag `guard`.
 *
 * @throws ConfigError naming the invalid option
 * @example
 * guardrails([moderationModel({ route: 'llama-guard', template: 'llama-guard', on: ['input'] })])
 */
export function moderationModel(options: ModerationModelOptions): Guard {
  checkModelOptions('moderationModel', options, ['template']);
  const { template, route: _route, budget: _budget, maxCost: _maxCost, ...settings } = options;
  if (typeof template === 'string')
    check('moderationModel.template', template, oneOf(...Object.keys(templates)));
  const { system, prompt, read }: ModerationTemplate =
    typeof template === 'string' ? templates[template] : template;
  const name = settings.name ?? (typeof template === 'string' ? template : 'moderation-model');
  const ask = asker(name, options);
  return {
    ...usualSettings,
    timeout: 5_000,
    ...settings,
    name,
    async check(text, context) {
      const { text: answer } = await ask(
        {
          ...(system === undefined ? {} : { system }),
          prompt: prompt(text, context.role === 'assistant' ? 'assistant' : 'user'),
          temperature: 0,
          maxOutputTokens: 100,
        },
        context,
      );
      const verdict = read(answer);
      if (verdict === undefined) throw new Error('the moderation model answered in an unknown format');
      return verdict;
    },
  };
}
