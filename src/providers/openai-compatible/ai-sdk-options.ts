import type { JSONObject } from '../../types/request/json.ts';
import type { Message, ProviderOptions } from '../../types/request/message.ts';
import type { Origin, ProviderTool } from '../../types/request/request.ts';
import type { Warning } from '../../types/result/result.ts';
import { aiSdkFormat, snakeDeep } from '../shared/option-case.ts';

/**
 * Options of requests that came in through the AI SDK. Its providers spell them in camelCase and know some vendors under other names
 * (https://ai-sdk.dev/providers/ai-sdk-providers, https://ai-sdk.dev/providers/openai-compatible-providers); the vendors take
 * snake_case.
 */

/** The AI SDK's names of vendors, beside their own. Options under the first are for every provider of the kind. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  together: ['togetherai'],
  moonshot: ['moonshotai'],
  qwen: ['alibaba'],
};
const anyCompatible = ['openaiCompatible', 'openai-compatible'];

/** What steers the AI SDK's own providers and is no field of any vendor's. */
const steering = ['strictJsonSchema', 'strict_json_schema', 'structuredOutputs', 'structured_outputs'];

interface Asked {
  readonly origin?: Origin;
  readonly providerOptions?: ProviderOptions;
  readonly messages?: readonly Message[];
  readonly tools?: readonly (ProviderTool | Optioned)[];
}
interface Optioned {
  readonly providerOptions?: ProviderOptions;
}

/**
 * A call with its options for one provider in the provider's spelling. One that did not come in through the AI SDK is as it
 * should be.
 *
 * @param kept fields that the provider itself spells in camelCase
 */
export function inOwnSpelling<Call extends Asked>(
  call: Call,
  provider: string,
  kept: readonly string[],
): { readonly call: Call; readonly warnings: readonly Warning[] } {
  if (call.origin?.format !== aiSdkFormat) return { call, warnings: [] };
  const names = [...anyCompatible, ...(otherNames[provider] ?? []), provider];
  const given = Object.assign({}, ...names.map((name) => call.providerOptions?.[name])) as JSONObject;
  const lost = steering.filter((name) => name in given);
  const own = Object.entries(given).filter(([name]) => !lost.includes(name));
  const spelled = <T extends Optioned>(one: T): T =>
    withOptions(one, provider, (options) => spell(options, kept));
  const { messages, tools } = call;
  return {
    call: {
      ...call,
      ...(own.length === 0
        ? {}
        : { providerOptions: { ...call.providerOptions, [provider]: spell(Object.fromEntries(own), kept) } }),
      ...(messages === undefined ? {} : { messages: messages.map((message) => inMessage(message, spelled)) }),
      ...(tools === undefined ? {} : { tools: tools.map((tool) => ('args' in tool ? tool : spelled(tool))) }),
    },
    warnings: lost.map((name) => ({
      type: 'unsupported',
      feature: `providerOptions.${provider}.${name}`,
      details: 'only the AI SDK’s own provider has it',
    })),
  };
}

function inMessage(message: Message, spelled: <T extends Optioned>(one: T) => T): Message {
  const own = spelled(message);
  if (typeof own.content === 'string') return own;
  const parts: readonly Optioned[] = own.content;
  return { ...own, content: parts.map((part) => spelled(part)) } as unknown as Message;
}

function withOptions<T extends Optioned>(
  one: T,
  provider: string,
  map: (options: JSONObject) => JSONObject,
): T {
  const own = one.providerOptions?.[provider];
  return own === undefined
    ? one
    : { ...one, providerOptions: { ...one.providerOptions, [provider]: map(own) } };
}

function spell(options: JSONObject, kept: readonly string[]): JSONObject {
  const isKept = ([name]: readonly [string, unknown]): boolean => kept.includes(name);
  const entries = Object.entries(options);
  return {
    ...(snakeDeep(Object.fromEntries(entries.filter((entry) => !isKept(entry)))) as JSONObject),
    ...Object.fromEntries(entries.filter(isKept)),
  };
}
