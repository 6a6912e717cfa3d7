import type { ResolvedChatRequest } from '../../types/provider.ts';
import type { ProviderOptions } from '../../types/request/message.ts';
import type { Warning } from '../../types/result/result.ts';
import { asObject, type Wire } from '../../util/json.ts';

/**
 * OpenAI's two APIs name some options differently. A request may go to targets of either, so each accepts the other's names too
 * (https://platform.openai.com/docs/guides/migrate-to-responses). An option that exists in only one of them is dropped with a
 * warning if it does not change the answer; otherwise targets of the other API are skipped.
 */

/** Options that exist in only one of them (https://platform.openai.com/docs/api-reference). */
interface Own {
  /** Options that do not change the answer. */
  readonly optional: readonly string[];
  /** Options that change the answer, with their neutral values. */
  readonly essential: Readonly<Record<string, readonly unknown[]>>;
}

const onlyResponses: Own = {
  optional: ['context_management', 'include', 'max_tool_calls', 'truncation'],
  essential: { previous_response_id: [], conversation: [], prompt: [], background: [false] },
};
const onlyChat: Own = {
  optional: ['logit_bias', 'prediction', 'seed', 'stop', 'presence_penalty', 'frequency_penalty'],
  essential: { audio: [], web_search_options: [], functions: [], function_call: [], n: [1] },
};

/** The only OpenAI tool in both APIs; the application runs its calls. */
const toolOfBoth = 'openai.custom';

/** Why Chat Completions cannot take a request, in words. */
export function lacksInChat({ providerOptions, tools }: ResolvedChatRequest): string | undefined {
  const tool = tools?.find(
    (own) => own.type === 'provider' && own.id.startsWith('openai.') && own.id !== toolOfBoth,
  );
  if (tool !== undefined) return `the tool ${tool.name}, which needs api: 'responses'`;
  if (providerOptions === undefined) return undefined;
  const option = essentialIn(providerOptions, 'openai.chat', onlyResponses);
  return option === undefined ? undefined : `${option}, which needs api: 'responses'`;
}

/** Why Responses cannot take a request, in words. */
export function lacksInResponses({ providerOptions }: ResolvedChatRequest): string | undefined {
  const speaks = optionsOf(providerOptions, 'openai.responses')['modalities'];
  const option = isOnlyText(speaks)
    ? essentialIn(providerOptions, 'openai.responses', onlyChat)
    : 'modalities';
  return option === undefined ? undefined : `${option}, which needs api: 'chat-completions'`;
}

function essentialIn(
  options: ProviderOptions | undefined,
  own: 'openai.chat' | 'openai.responses',
  { essential }: Own,
): string | undefined {
  if (options === undefined) return undefined;
  return Object.entries(optionsOf(options, own)).find(
    ([name, value]) => Object.hasOwn(essential, name) && asksFor(value, essential[name]),
  )?.[0];
}

function optionsOf(options: ProviderOptions | undefined, own: 'openai.chat' | 'openai.responses'): Wire {
  return { ...options?.['openai'], ...options?.[own] };
}

function asksFor(value: unknown, nothing: readonly unknown[] = []): boolean {
  return value !== undefined && value !== null && !nothing.includes(value);
}

function isOnlyText(modalities: unknown): boolean {
  return !Array.isArray(modalities) || modalities.every((modality) => modality === 'text');
}

/** Converts the caller's options for Chat Completions. */
export function inChat(options: Wire, warnings: Warning[]): Wire {
  const { text, reasoning, max_output_tokens, ...rest } = without(
    options,
    onlyResponses,
    'only Responses have it',
    warnings,
  );
  const { effort, ...thinking } = asObject(reasoning) ?? {};
  const { verbosity, format, ...form } = asObject(text) ?? {};
  for (const field of Object.keys(thinking))
    unsupported(`reasoning.${field}`, 'only Responses have it', warnings);
  for (const field of Object.keys(form)) unsupported(`text.${field}`, 'only Responses have it', warnings);
  return {
    ...(effort === undefined ? {} : { reasoning_effort: effort }),
    ...(verbosity === undefined ? {} : { verbosity }),
    ...(max_output_tokens === undefined ? {} : { max_completion_tokens: max_output_tokens }),
    ...toResponseFormat(asObject(format)),
    ...rest,
  };
}

function without(
  options: Wire,
  { optional, essential }: Own,
  details: string,
  warnings: Warning[],
): Readonly<Record<string, unknown>> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (optional.includes(name)) unsupported(name, details, warnings);
    else if (!Object.hasOwn(essential, name)) kept[name] = value;
    else if (asksFor(value, essential[name])) unsupported(name, details, warnings);
  }
  return kept;
}

function unsupported(name: string, details: string, warnings: Warning[]): void {
  warnings.push({ type: 'unsupported', feature: `providerOptions.openai.${name}`, details });
}

const logprobsOfText = 'message.output_text.logprobs';

/** Converts the caller's options for Responses. */
export function inResponses(options: Wire, warnings: Warning[]): Wire {
  const {
    verbosity,
    reasoning_effort,
    logprobs,
    text,
    reasoning,
    include,
    max_completion_tokens,
    max_tokens = max_completion_tokens,
    response_format,
    modalities,
    ...rest
  } = without(options, onlyChat, 'only Chat Completions have it', warnings);
  if (!isOnlyText(modalities)) unsupported('modalities', 'only Chat Completions have it', warnings);
  const own = Array.isArray(include) ? (include as unknown[]) : [];
  const asked = logprobs === true && !own.includes(logprobsOfText) ? [...own, logprobsOfText] : own;
  const format = toTextFormat(asObject(response_format));
  const wanted = text === undefined && format === undefined ? undefined : { ...format, ...asObject(text) };
  return {
    ...rest,
    ...(max_tokens === undefined ? {} : { max_output_tokens: max_tokens }),
    ...(asked.length === 0 ? {} : { include: asked }),
    ...both('text', 'verbosity', verbosity, wanted),
    ...both('reasoning', 'effort', reasoning_effort, reasoning),
  };
}

/** Converts a format of Responses to Chat Completions, where the schema is nested one level deeper. */
function toResponseFormat(format: Wire | undefined): Wire {
  if (format === undefined) return {};
  const { type, ...schema } = format;
  return { response_format: type === 'json_schema' ? { type, json_schema: schema } : { type } };
}

function toTextFormat(format: Wire | undefined): Wire | undefined {
  if (format === undefined) return undefined;
  return { format: { ...asObject(format['json_schema']), type: format['type'] } };
}

function both(name: string, field: string, value: unknown, whole: unknown): Wire {
  if (value === undefined) return whole === undefined ? {} : { [name]: whole };
  return { [name]: { [field]: value, ...asObject(whole) } };
}
