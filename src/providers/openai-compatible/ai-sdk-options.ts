import type { JSONObject } from '../../types/request/json.ts';
import type { Message, ProviderOptions } from '../../types/request/message.ts';
import type { Origin, ProviderTool } from '../../types/request/request.ts';
import type { Warning } from '../../types/result/result.ts';
import { aiSdkFormat, snakeDeep } from '../shared/option-case.ts';

/**
 * Options of requests from the AI SDK. Its providers use camelCase and other names for some vendors
 * (https://ai-sdk.dev/providers/ai-sdk-providers, https://ai-sdk.dev/providers/openai-compatible-providers);
 * the vendors' APIs use snake_case.
 */

/** The AI SDK's other names for vendors. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  together: ['togetherai'],
  moonshot: ['moonshotai'],
  qwen: ['alibaba'],
};
/** Names for options of any OpenAI-compatible provider; a vendor's own name takes precedence. */
const anyCompatible = ['openaiCompatible', 'openai-compatible'];

/** Options for the AI SDK's own providers, which no vendor accepts. */
const sdkOnly = ['strictJsonSchema', 'strict_json_schema', 'structuredOutputs', 'structured_outputs'];

interface CallOptions {
  readonly origin?: Origin;
  readonly providerOptions?: ProviderOptions;
  readonly messages?: readonly Message[];
  readonly tools?: readonly (ProviderTool | WithOptions)[];
}
interface WithOptions {
  readonly providerOptions?: ProviderOptions;
}

/**
 * Converts the options for one provider to the provider's field names. Calls that did not come through the AI
 * SDK are returned unchanged.
 *
 * @param kept fields that the provider itself spells in camelCase
 */
export function toVendorOptions<Call extends CallOptions>(
  call: Call,
  provider: string,
  kept: readonly string[],
): { readonly call: Call; readonly warnings: readonly Warning[] } {
  if (call.origin?.format !== aiSdkFormat) return { call, warnings: [] };
  const names = [...anyCompatible, ...(otherNames[provider] ?? []), provider];
  const given = Object.assign({}, ...names.map((name) => call.providerOptions?.[name])) as JSONObject;
  const ignored = sdkOnly.filter((name) => name in given);
  const own = Object.entries(given).filter(([name]) => !ignored.includes(name));
  const convert = <T extends WithOptions>(one: T): T =>
    withOptions(one, provider, (options) => toVendorNames(options, kept));
  const { messages, tools } = call;
  return {
    call: {
      ...call,
      ...(own.length === 0
        ? {}
        : {
            providerOptions: {
              ...call.providerOptions,
              [provider]: toVendorNames(Object.fromEntries(own), kept),
            },
          }),
      ...(messages === undefined ? {} : { messages: messages.map((message) => inMessage(message, convert)) }),
      ...(tools === undefined ? {} : { tools: tools.map((tool) => ('args' in tool ? tool : convert(tool))) }),
    },
    warnings: ignored.map((name) => ({
      type: 'unsupported',
      feature: `providerOptions.${provider}.${name}`,
      details: 'only the AI SDK’s own provider supports it',
    })),
  };
}

function inMessage(message: Message, convert: <T extends WithOptions>(one: T) => T): Message {
  const own = convert(message);
  // Written out, because the parts of each role have a separate type.
  switch (own.role) {
    case 'system':
      return own;
    case 'user':
      return typeof own.content === 'string'
        ? own
        : { ...own, content: own.content.map((part) => convert(part)) };
    case 'assistant':
      return typeof own.content === 'string'
        ? own
        : { ...own, content: own.content.map((part) => convert(part)) };
    case 'tool':
      return { ...own, content: own.content.map((part) => convert(part)) };
  }
}

function withOptions<T extends WithOptions>(
  one: T,
  provider: string,
  map: (options: JSONObject) => JSONObject,
): T {
  const own = one.providerOptions?.[provider];
  return own === undefined
    ? one
    : { ...one, providerOptions: { ...one.providerOptions, [provider]: map(own) } };
}

function toVendorNames(options: JSONObject, kept: readonly string[]): JSONObject {
  const isKept = ([name]: readonly [string, unknown]): boolean => kept.includes(name);
  const entries = Object.entries(options);
  return {
    ...(snakeDeep(Object.fromEntries(entries.filter((entry) => !isKept(entry)))) as JSONObject),
    ...Object.fromEntries(entries.filter(isKept)),
  };
}
