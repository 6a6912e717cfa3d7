import type { Warning } from '../../types/result.ts';
import { asObject, type Wire } from '../wire.ts';

/**
 * OpenAI's two interfaces have some options under different names. A request may go to targets of either, so each takes the
 * other's as well (https://platform.openai.com/docs/guides/migrate-to-responses).
 */

/** The caller's own options as Chat Completions take them. */
export function inChat(options: Wire, warnings: Warning[]): Wire {
  const { text, reasoning, ...rest } = options;
  const { effort, ...thinking } = asObject(reasoning) ?? {};
  const { verbosity, ...form } = asObject(text) ?? {};
  if (Object.keys(thinking).length > 0) unsupported(warnings, 'reasoning', Object.keys(thinking));
  if (Object.keys(form).length > 0) unsupported(warnings, 'text', Object.keys(form));
  return {
    ...(effort === undefined ? {} : { reasoning_effort: effort }),
    ...(verbosity === undefined ? {} : { verbosity }),
    ...rest,
  };
}

function unsupported(warnings: Warning[], name: string, fields: readonly string[]): void {
  for (const field of fields) {
    const feature = `providerOptions.openai.${name}.${field}`;
    warnings.push({ type: 'unsupported', feature, details: 'only Responses have it' });
  }
}

const logprobsOfText = 'message.output_text.logprobs';

/** The caller's own options as Responses take them. */
export function inResponses(options: Wire): Wire {
  const { verbosity, reasoning_effort, logprobs, text, reasoning, include, max_completion_tokens, ...rest } =
    options;
  const own = Array.isArray(include) ? (include as unknown[]) : [];
  const asked = logprobs === true && !own.includes(logprobsOfText) ? [...own, logprobsOfText] : own;
  return {
    ...rest,
    ...(max_completion_tokens === undefined ? {} : { max_output_tokens: max_completion_tokens }),
    ...(asked.length === 0 ? {} : { include: asked }),
    ...both('text', 'verbosity', verbosity, text),
    ...both('reasoning', 'effort', reasoning_effort, reasoning),
  };
}

function both(name: string, field: string, value: unknown, whole: unknown): Wire {
  if (value === undefined) return whole === undefined ? {} : { [name]: whole };
  return { [name]: { [field]: value, ...asObject(whole) } };
}
