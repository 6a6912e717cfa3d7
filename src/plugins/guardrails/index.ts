/**
 * Guardrails: checks and redaction of everything sent to and received from vendors.
 *
 * @module guardrails
 */
import type { GuardItem } from './types.ts';

declare module 'signalbox' {
  interface CallOptions<TargetId extends string = string, RouteName extends string = string> {
    /** Further guards of this call, besides those of the router, the route and the tenant. */
    readonly guards?: readonly GuardItem[];
  }
}

export { promptInjection } from './detectors/injection.ts';
export { type PatternsOptions, patterns } from './detectors/patterns.ts';
export type { IdCountry } from './detectors/personal/national-ids.ts';
export { type PiiOptions, pii } from './detectors/personal/pii.ts';
export { secrets } from './detectors/secrets.ts';
export { urls } from './detectors/urls.ts';
export { names, type WordsOptions, words } from './detectors/words.ts';
export { GuardError } from './errors.ts';
export { guardrails } from './guardrails.ts';
export { block, type GuardOptions } from './guards/block.ts';
export { type InjectOptions, inject } from './guards/inject.ts';
export { jsonShape } from './guards/json-shape.ts';
export { type LanguageOptions, language } from './guards/language.ts';
export { type MaxLengthOptions, maxLength } from './guards/max-length.ts';
export { type RedactOptions, redact } from './guards/redact.ts';
export { type ToolsOptions, tools } from './guards/tools.ts';
export type { ModelOptions } from './moderation/ask.ts';
export { type JudgeOptions, judge } from './moderation/judge.ts';
export { type ModerationModelOptions, moderationModel } from './moderation/model.ts';
export {
  type ModerationClient,
  type ModerationResult,
  type OpenAIModerationOptions,
  openaiModeration,
  type VendorModerationOptions,
  vendorModeration,
} from './moderation/openai.ts';
export type { GuardBudget } from './moderation/spending.ts';
export type { ModerationTemplate } from './moderation/templates.ts';
export type { GuardrailsOptions } from './options.ts';
export type { SessionLimits } from './redaction/sessions.ts';
export type {
  CheckedToolCall,
  Detector,
  Finding,
  Guard,
  GuardContext,
  GuardItem,
  GuardStage,
  Injection,
  Replacement,
  Restore,
  VendorGuard,
  Verdict,
} from './types.ts';
