import type { Warning } from '../../types/result/result.ts';
import { asObject, type Wire } from '../../util/json.ts';

/**
 * OpenAI's two interfaces have some options under different names. A request may go to targets of either, so each takes the
 * other's as well (https://platform.openai.com/docs/guides/migrate-to-responses).
 */

/** What only one of them has, and answers can do without (https://platform.openai.com/docs/api-reference). */
const onlyResponses = ['context_management', 'include', 'instructions', 'max_tool_calls', 'truncation'];
const onlyChat = ['logit_bias', 'prediction'];

/** The caller's own options as Chat Completions take them. */
export function inChat(options: Wire, warnings: Warning[]): Wire {
  const { text, reasoning, ...rest } = without(options, onlyResponses, 'only Responses have it', warnings);
  const { effort, ...thinking } = asObject(reasoning) ?? {};
  const { verbosity, ...form } = asObject(text) ?? {};
  for (const field of Object.keys(thinking))
    unsupported(`reasoning.${field}`, 'only Responses have it', warnings);
  for (const field of Object.keys(form)) unsupported(`text.${field}`, 'only Responses have it', warnings);
  return {
    ...(effort === undefined ? {} : { reasoning_effort: effort }),
    ...(verbosity === undefined ? {} : { verbosity }),
    ...rest,
  };
}

function without(
  options: Wire,
  names: readonly string[],
  details: string,
  warnings: Warning[],
): Readonly<Record<string, unknown>> {
  const foreign = Object.keys(options).filter((name) => names.includes(name));
  for (const name of foreign) unsupported(name, details, warnings);
  return Object.fromEntries(Object.entries(options).filter(([name]) => !foreign.includes(name)));
}

function unsupported(name: string, details: string, warnings: Warning[]): void {
  warnings.push({ type: 'unsupported', feature: `providerOptions.openai.${name}`, details });
}

const logprobsOfText = 'message.output_text.logprobs';

/** The caller's own options as Responses take them. */
export function inResponses(options: Wire, warnings: Warning[]): Wire {
  const { verbosity, reasoning_effort, logprobs, text, reasoning, include, max_completion_tokens, ...rest } =
    without(options, onlyChat, 'only Chat Completions have it', warnings);
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
